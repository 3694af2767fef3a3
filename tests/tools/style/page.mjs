// A page as the prose that a person reads: its sentences, and where each stands.

import { toNlcst } from "mdast-util-to-nlcst";
import { toString } from "nlcst-to-string";
import { ParseEnglish } from "parse-english";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { SKIP, visit } from "unist-util-visit";
import { VFile } from "vfile";

const markdown = unified().use(remarkParse).use(remarkGfm);

// What holds prose, and the kind that a rule may ask for. Code and HTML hold none.
const KINDS = { heading: "heading", paragraph: "text", tableCell: "cell" };

const QUOTED = /["“][^"“”]+["”]/g;

// Stands in a sentence's text for a code span, which no pattern of words matches.
const CODE = "\uFFFC";

/**
 * Reads a page. Each sentence has its `kind` ("text", "heading" or "cell"), its `text`, in which a code span is one
 * character, its `words`, of which a code span is one without a `text`, its `line` and its `node`, a tree of nlcst. The page's
 * `links` are ranges of offsets, and so are its `mentions`: what it does not say itself, but has in italics, in quotation marks or
 * in a block quotation.
 */
export function readPage(path, source) {
  const file = new VFile({ path, value: withoutDirectives(source) });
  const parser = new ParseEnglish();
  const page = { path, source, sentences: [], links: [], mentions: [] };
  visit(markdown.parse(file), (block) => {
    const isQuote = block.type === "blockquote" && !isCallout(source.slice(block.position.start.offset));
    if (isQuote) page.mentions.push(range(block.position));
    const kind = KINDS[block.type];
    if (!kind) return;
    visit(block, "emphasis", ({ position }) => void page.mentions.push(range(position)));
    visit(block, "link", (link) => {
      page.links.push(range(link.position));
      addressAsCode(link);
    });
    // The conversion leaves table cells out unless they look like a paragraph.
    const tree = toNlcst({ ...block, type: "paragraph" }, file, parser);
    visit(tree, "SentenceNode", (node) => void page.sentences.push(sentence(kind, node)));
    return SKIP;
  });
  page.mentions.push(...page.sentences.flatMap((sentence) => [...find(sentence, QUOTED)]));
  return page;
}

/** As `find`, in all sentences, without what the page only mentions. */
export function* findUsed(page, pattern) {
  for (const sentence of page.sentences) {
    for (const found of find(sentence, pattern)) if (!isMention(page, found.start)) yield found;
  }
}

/** Whether a page mentions what stands at this offset, and does not use it. */
export function isMention({ mentions }, offset) {
  return mentions.some(holds(offset));
}

/** Asks a range whether it has this offset. */
export function holds(offset) {
  return ({ start, end }) => start <= offset && offset < end;
}

/** Each place where a pattern (with the flag `g`) matches a sentence: its text, its line and its offsets in the source. */
export function* find({ text, leaves }, pattern) {
  for (const match of text.matchAll(pattern)) {
    const { at, node } = leaves.findLast((leaf) => leaf.at <= match.index);
    const start = node.position.start.offset + match.index - at;
    yield { text: match[0], index: match.index, line: node.position.start.line, start, end: start + match[0].length };
  }
}

/** The pattern for a phrase: whole words, in any case, over line ends. */
export function phrase(text) {
  return new RegExp(`(?<![\\w-])(?:${text.replaceAll(" ", "\\s+")})(?![\\w-])`, "gi");
}

// Blanks out what mdBook replaces, and turns its definition lists into lists. Every offset stays.
function withoutDirectives(source) {
  return source
    .replace(/\{\{[^}]*\}\}/g, (directive) => "0".repeat(directive.length))
    .replace(/(?<=^\s*>\s*)\[!\w+\]/gm, (callout) => " ".repeat(callout.length))
    .replace(/\{[#.][^{}]*\}$/gm, (attributes) => " ".repeat(attributes.length))
    .replace(/^: /gm, "- ");
}

// mdBook's `> [!NOTE]` is the page's own text.
function isCallout(text) {
  return /^>\s*\[!\w+\]/.test(text);
}

function range({ start, end }) {
  return { start: start.offset, end: end.offset };
}

// An address that is shown as such is no prose.
function addressAsCode(link) {
  if (link.children.length === 1 && link.children[0].value === link.url) Object.assign(link, { type: "inlineCode", value: link.url });
}

function sentence(kind, node) {
  const leaves = [];
  const words = [];
  let text = "";
  visit(node, (part) => {
    if (part.type === "WordNode") words.push({ text: toString(part), start: part.position.start.offset });
    if (part.type === "SourceNode") words.push({ start: part.position.start.offset });
    if (!("value" in part)) return;
    leaves.push({ at: text.length, node: part });
    text += part.type === "SourceNode" ? CODE : part.value;
  });
  return { kind, node, text, words, leaves, line: lineOf(leaves) };
}

function lineOf(leaves) {
  const first = leaves.find(({ node }) => node.type !== "WhiteSpaceNode") ?? leaves[0];
  return first.node.position.start.line;
}

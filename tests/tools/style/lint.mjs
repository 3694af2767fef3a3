// Lints the prose of an mdBook's pages: `node lint.mjs [--grades] [PAGE or FOLDER]…`, the handbook's `src` by default.
//
// Prints each finding with its page and line. The exit code is 0 without a finding, 1 with one, and 2 for a wrong command line.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readPage } from "./page.mjs";
import { filler } from "./rules/filler.mjs";
import { gradeOf, readingGrade } from "./rules/grade.mjs";
import { sentenceLength } from "./rules/sentence-length.mjs";
import { spelling } from "./rules/spelling.mjs";
import { COMMON, termsOf, undefinedTerm } from "./rules/undefined-term.mjs";
import { wordy } from "./rules/wordy.mjs";

const RULES = {
  filler,
  wordy,
  spelling,
  "undefined-term": undefinedTerm,
  "long-sentence": sentenceLength,
  "reading-grade": readingGrade,
};

const HANDBOOK = fileURLToPath(new URL("../../../src", import.meta.url));

function main() {
  const { values, positionals } = commandLine();
  const pages = (positionals.length ? positionals : [HANDBOOK]).flatMap(pagesOf);
  const read = pages.map((path) => readPage(path, readFileSync(path, "utf8")));
  const common = new Set();
  const findings = read.flatMap((page) => findingsOf(page, common));
  if (!positionals.length) findings.push(...unneeded(common));
  for (const { path, line, rule, text } of findings) console.log(`${shown(path)}:${line}: ${rule}: ${text}`);
  if (values.grades) printGrades(read);
  console.log(`${count(findings, "finding")} on ${count(pages, "page")}`);
  process.exitCode = findings.length ? 1 : 0;
}

function commandLine() {
  try {
    return parseArgs({ options: { grades: { type: "boolean" } }, allowPositionals: true });
  } catch (error) {
    return fail(error.message);
  }
}

// The pages of a folder, or the one page. SUMMARY.md is no page.
function pagesOf(path) {
  if (!existsSync(path)) return fail(`${path} is not there: name a page or a folder`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).filter((name) => name.endsWith(".md") && name !== "SUMMARY.md");
  return names.sort().map((name) => join(path, name));
}

function findingsOf(page, common) {
  const book = { glossary: termsOf(glossaryOf(page.path)), common };
  const findings = Object.entries(RULES).flatMap(([rule, check]) => {
    const found = [];
    check(page, (line, text) => found.push({ path: page.path, line, rule, text: text.replace(/\s+/g, " ") }), book);
    return found;
  });
  return findings.sort((a, b) => a.line - b.line);
}

// What the handbook no longer uses need not be known to all.
function unneeded(common) {
  const path = fileURLToPath(new URL("rules/undefined-term.mjs", import.meta.url));
  const names = Object.keys(COMMON).filter((name) => !common.has(name));
  return names.map((name) => ({ path, line: 1, rule: "common-unused", text: `no page uses “${name}”: take it off the list COMMON` }));
}

// The glossary lies beside SUMMARY.md.
function glossaryOf(path) {
  for (let folder = dirname(resolve(path)); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, "SUMMARY.md"))) continue;
    const glossary = join(folder, "glossary.md");
    return existsSync(glossary) ? readFileSync(glossary, "utf8") : "";
  }
  return "";
}

function printGrades(pages) {
  console.log("grade  words  sentences  page");
  for (const page of pages) {
    const { grade, words, sentences } = gradeOf(page);
    const columns = [(grade?.toFixed(1) ?? "–").padStart(5), String(words).padStart(5), String(sentences).padStart(9)];
    console.log(`${columns.join("  ")}  ${shown(page.path)}`);
  }
}

function shown(path) {
  return relative(process.cwd(), path);
}

function count(list, noun) {
  return `${list.length} ${noun}${list.length === 1 ? "" : "s"}`;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

main();

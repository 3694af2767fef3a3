// Every abbreviation, and every term on a list, is known to all, defined where the page first uses it, or in the glossary.

import { find, phrase } from "../page.mjs";

// What everybody knows who can program, each with its reason.
export const COMMON = {
  API: "what the book is about",
  HTTP: "what every call is made with",
  POST: "the method of HTTP that sends something",
  HTTPS: "the same, encrypted",
  URL: "what every call is made to",
  JSON: "what every answer of the API is",
  HTML: "what every page of the web is",
  PDF: "what many a document is",
  YAML: "what the contract is written in",
  TOML: "what every Rust project is described in",
  "UTF-8": "what every text is written in",
  ISO: "what the number of a standard begins with",
  RFC: "what the number of a standard begins with",
};

// Terms that the pattern below does not see.
const TERMS = [
  "at least once", "backoff", "bearer token", "circuit breaker", "conditional request", "constant time", "cursor", "dead letter", "ETag",
  "half-open", "idempotency key", "idempotent", "jitter", "OAuth", "poison", "polling", "problem details", "replay", "reverse proxy", "sandbox",
  "scope", "tolerance", "tunnel", "upsert", "webhook",
];

// Two capitals or more, and digits: HMAC, UTF-8. HMAC-SHA256 is two.
const ABBREVIATION = /\b(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])[A-Z][A-Z0-9]*(?:-\d+)?(?=s?\b)/g;

const PATTERNS = [ABBREVIATION, ...TERMS.map((term) => phrase(`${term}s?`))];

export function undefinedTerm({ sentences, source }, report, { glossary, common }) {
  const seen = new Set();
  for (const sentence of sentences) {
    for (const found of PATTERNS.flatMap((pattern) => [...find(sentence, pattern)])) {
      const term = plain(found.text);
      if (found.text in COMMON) common.add(found.text);
      // A heading names what the text below it defines.
      if (found.text in COMMON || sentence.kind === "heading" || seen.has(term)) continue;
      seen.add(term);
      if (!glossary.has(term) && !isDefinition(sentence.text, found, source))
        report(found.line, `“${found.text}” is not defined: define it here, *in italics* or in brackets, or in the glossary`);
    }
  }
}

/** The terms of a glossary in mdBook's definition lists, in lower case: “HMAC (keyed hash)” defines “hmac” and “keyed hash”. */
export function termsOf(glossary) {
  const lines = [...glossary.matchAll(/^(\S.*)\n+(?=: )/gm)].map(([, line]) => line.replace(/[*_`]|\{#[^}]*\}/g, ""));
  const terms = lines.flatMap((line) => line.split(/[,;()]| or | and /));
  return new Set(terms.map(plain).filter(Boolean));
}

// A first use defines the term if it is in italics, or if its meaning is in brackets beside it, as in both of “HMAC (keyed hash)” and
// “keyed hash (HMAC)”.
function isDefinition(text, { index, text: term, start, end }, source) {
  const isItalic = /(?<!\*)\*$/.test(source.slice(0, start)) && /^\*(?!\*)/.test(source.slice(end));
  const [before, after] = [text.slice(0, index), text.slice(index + term.length)];
  return isItalic || /^\s\(\w/.test(after) || (/\w\s\($/.test(before) && after.startsWith(")"));
}

// One form for all: “Cursors” and “cursor”, “SHA-256” and “SHA256”.
function plain(term) {
  return term.trim().toLowerCase().replace(/\s+/g, " ").replace(/(?<=[a-z]{3})s$/, "").replace(/-(?=\d+$)/, "");
}

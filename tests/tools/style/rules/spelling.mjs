// One spelling for each thing: the book's, which is British.

import { findUsed } from "../page.mjs";

const ENTRIES = [
  // The things of this book.
  [/\bweb[- ]hook(?=s?\b)/gi, "webhook"],
  [/\b(?!base URL|Base URL)[Bb]ase[- ]?(?:URL|Url|url)(?=s?\b)/g, "base URL"],
  [/\bend[- ]points?\b/gi, "endpoint"],
  [/\bIDs?\b/g, "id"],
  [/\btime-outs?\b|\b(?:a|the|no) time out\b/gi, "timeout"],
  [/\btime[- ]stamps?\b/gi, "timestamp"],
  [/\bsetups?\b/gi, "“set-up” for the thing, “set up” for the deed"],
  [/\bback-off\b/gi, "“backoff” for the thing, “back off” for the deed"],
  [/\bsand[- ]box/gi, "sandbox"],
  [/\bcall[- ]backs?\b/gi, "callback"],
  [/\bidempotence[- ]keys?\b/gi, "idempotency key"],
  [/\bemails?\b/gi, "e-mail"],
  [/\bquickstart\b/gi, "quick start"],
  [/\bfilenames?\b/gi, "file name"],
  // Names, as their owners write them.
  [/\bE-?tags?\b/g, "ETag"],
  [/\bGithub\b/g, "GitHub"],
  [/\bGitlab\b/g, "GitLab"],
  [/\bJavascript\b/g, "JavaScript"],
  [/\bTypescript\b/g, "TypeScript"],
  [/\bNode\.?js\b|\bnodeJS\b/gi, "Node"],
  [/\bMdBook\b|\bmdbook\b/g, "mdBook"],
  [/\bPostgres\b/g, "PostgreSQL"],
  [/\bOpen API\b|\bopenapi\b|\bSwagger\b/g, "OpenAPI"],
  [/\bproofbook\b/g, "Proofbook, or the command in backticks"],
  [/\bMarkDown\b|\bmarkdown\b/g, "Markdown"],
  // Abbreviations.
  [/(?<![\w-])(?:apis?|urls?|https?|json|html|hmac|yaml|toml|xml|csv|utc)(?![\w-])/g, "capitals, or backticks for a word of code"],
  [/\bUTF8\b/gi, "UTF-8"],
  [/(?<![\w-])SHA(?:1|256|384|512)\b/g, "SHA-256"],
  // British spelling.
  [/\b(?!(?:re|down)?siz|pri[sz]|seiz|capsiz)[a-z]{3,}iz(?:es?|ed|ing|ations?|ers?)\b/gi, "-ise, -isation"],
  [/\b(?:ana|para|cata)lyz(?:es?|ed|ing|ers?)\b/gi, "-lyse"],
  [/\b(?:col|behavi|fav|hon|lab|neighb|rum)or(?:s|ed|ing|ite|able|al)?\b/gi, "-our"],
  [/\b(?:cent|met|fib)ers?\b/gi, "-re"],
  [/\b(?:cancel|label|model|signal|travel|level|total|fuel)(?:ed|ing)\b/gi, "-lled, -lling"],
  [/\bcatalogs?\b/gi, "catalogue"],
  [/\bdialogs?\b/gi, "dialogue"],
  [/\bgray\b/gi, "grey"],
  [/\bfulfills?\b/gi, "fulfil"],
  [/\bdefense\b/gi, "defence"],
  [/\btoward\b/gi, "towards"],
];

export function spelling(page, report) {
  for (const [pattern, spelled] of ENTRIES) {
    for (const found of findUsed(page, pattern)) report(found.line, `“${found.text}”: the book writes ${spelled}`);
  }
}

// Long words where a short one does: retext-simplify's list, which is plainlanguage.gov's.

import retextSimplify from "retext-simplify";
import { VFile } from "vfile";
import { isMention } from "../page.mjs";

// What that list says of other trades does not hold for programs and the web.
const TERMS = [
  "address", "attempt", "authorise", "authorize", "combined", "component", "delete", "effect", "expiration", "forward", "function", "identical", "implement",
  "interface", "maximum", "minimum", "monitor", "option", "parameters", "permit", "previous", "render", "request", "type", "validate",
];
// Short sentences need these too, and no shorter word would do: “however often”, “a number of tries”.
const PLAIN = ["it is", "there is", "there are", "all of", "a number of", "however", "failed to"];

const simplify = retextSimplify({ ignore: [...TERMS, ...PLAIN] });

export function wordy(page, report) {
  const file = new VFile();
  simplify({ type: "RootNode", children: page.sentences.map(({ node }) => node) }, file);
  for (const { line, place, actual, expected } of file.messages) {
    if (isMention(page, place.start.offset)) continue;
    const words = expected.map((word) => `“${word}”`).join(" or ");
    report(line, `“${actual}”: ${words ? `say ${words}` : "leave it out"}`);
  }
}

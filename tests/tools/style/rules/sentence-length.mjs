// A sentence that a reader can hold. A code span is a word, and so is a link: its text is a name.

import { holds } from "../page.mjs";

const MOST_WORDS = 40;

export function sentenceLength({ sentences, links }, report) {
  for (const { line, words } of sentences) {
    const names = words.map(({ start }) => links.find(holds(start)) ?? start);
    const { size } = new Set(names);
    if (size > MOST_WORDS) report(line, `a sentence of ${size} words; divide it: ${MOST_WORDS} are the most`);
  }
}

// How many years of school a page asks for, by Flesch and Kincaid (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59.

import { fleschKincaid } from "flesch-kincaid";
import { syllable } from "syllable";

const HIGHEST = 10;
// The formula was made on passages of 100 words; on fewer it says little.
const FEWEST_WORDS = 100;
// “You see:” is a label. It would make a page look easier than its sentences are.
const FEWEST_WORDS_OF_A_SENTENCE = 4;

/**
 * The grade of a page, or `null` if it has too little prose; and what was counted. Counted are sentences in paragraphs and lists.
 * Headings, tables, code blocks and links' addresses are not. A code span is one word, as long as the others are on average.
 */
export function gradeOf({ sentences }) {
  const counted = sentences.filter(({ kind, words }) => kind === "text" && words.length >= FEWEST_WORDS_OF_A_SENTENCE);
  const words = counted.flatMap((sentence) => sentence.words).length;
  return { grade: words < FEWEST_WORDS ? null : grade(counted), sentences: counted.length, words, hardest: hardest(counted) };
}

export function readingGrade(page, report) {
  const { grade, hardest } = gradeOf(page);
  if (grade === null || grade <= HIGHEST) return;
  const lines = [...new Set(hardest.map(({ line }) => line))].join(", ");
  const mend = `shorten or divide the hardest sentences, from line ${lines} on`;
  report(hardest[0].line, `a reading grade of ${grade.toFixed(1)}; ${mend}: ${HIGHEST} is the highest`);
}

function grade(sentences) {
  const words = sentences.flatMap((sentence) => sentence.words.map(({ text }) => text));
  const spoken = words.filter((word) => /\p{L}/u.test(word ?? ""));
  const syllables = spoken.map(syllable).reduce((sum, count) => sum + count, 0);
  const average = spoken.length ? syllables / spoken.length : 0;
  return fleschKincaid({ sentence: sentences.length, word: words.length, syllable: average * words.length });
}

function hardest(sentences) {
  const graded = sentences.map((sentence) => ({ line: sentence.line, grade: grade([sentence]) }));
  return graded.sort((a, b) => b.grade - a.grade).slice(0, 3);
}

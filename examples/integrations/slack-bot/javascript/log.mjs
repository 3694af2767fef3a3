// One JSON object a line, for machines to read.

export function log(level, message, fields = {}) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

const nothing = () => {};

/** Bolt's own words, as lines of this log. */
export const logger = {
  debug: nothing,
  info: nothing,
  warn: (...words) => log("warn", words.map(String).join(" ")),
  error: (...words) => log("error", words.map(String).join(" ")),
  setLevel: nothing,
  getLevel: () => "warn",
  setName: nothing,
};

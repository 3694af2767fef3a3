// One JSON object a line, for machines to read.

export function log(level, message, fields = {}) {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}

"use strict";

// ANCHOR: errors
// zapier-platform-core has turned a 429 into a ThrottledError with the delay of `Retry-After` before this runs.
const explainErrors = (response, z) => {
  if (response.status < 400) return response;
  const problem = problemOf(response);
  if (response.status === 401) {
    throw new z.errors.ExpiredAuthError("Policy Aggregator refuses the API key. Reconnect with a key that is valid.");
  }
  const places = (problem.errors || []).map(({ pointer, message }) => ` ${pointer}: ${message}`).join(";");
  const reference = problem.request_id ? ` (request ${problem.request_id})` : "";
  const detail = problem.detail || `Policy Aggregator answered ${response.status}.`;
  throw new z.errors.Error(detail + places + reference, problem.code || "unknown", response.status);
};
// ANCHOR_END: errors

// A proxy answers with a page.
function problemOf({ content }) {
  try {
    return JSON.parse(content) || {};
  } catch {
    return {};
  }
}

module.exports = { explainErrors, problemOf };

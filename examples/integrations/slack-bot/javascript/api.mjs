// Policy Aggregator's API, as far as the bot needs it.

const TIMEOUT_MS = 10_000;

export class ApiError extends Error {}

export function api({ api: base, key }) {
  async function get(path, query = {}) {
    const url = `${base}${path}?${new URLSearchParams(query)}`;
    const headers = { Authorization: `Bearer ${key}`, "User-Agent": "policy-slack-bot/0.1.0" };
    let response;
    try {
      response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.ok) return await response.json();
    } catch {
      throw new ApiError("Policy Aggregator does not answer. Try again in a minute.");
    }
    throw new ApiError(sentence(response));
  }
  return {
    routes: async () => (await get("/api/v1/routes", { limit: 100 })).data.filter((route) => route.active),
    changes: async (route_id) => (await get("/api/v1/changes", { limit: 5, ...(route_id && { route_id }) })).data,
    change: (id) => get(`/api/v1/changes/${encodeURIComponent(id)}`),
  };
}

/** What a person in Slack can do about an error. */
function sentence({ status, headers }) {
  const reference = ` (request ${headers.get("x-request-id") ?? "unknown"})`;
  switch (status) {
    case 404:
      return "There is no such change." + reference;
    case 401:
    case 403:
      return "The bot's API key is refused. Tell whoever runs the bot." + reference;
    case 429:
      return `Too many requests. Try again in ${headers.get("retry-after") ?? 60} seconds.` + reference;
    default:
      return status < 500 ? "That is nothing to look up." + reference : "Policy Aggregator has a problem. Try again later." + reference;
  }
}

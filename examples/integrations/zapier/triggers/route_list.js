"use strict";

const { baseUrl } = require("../authentication");

/** More pages than this make no menu. */
const MOST_PAGES = 5;

// ANCHOR: dropdown
const perform = async (z, bundle) => {
  const routes = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES && (page === 0 || cursor); page += 1) {
    const params = { limit: 100, ...(cursor && { cursor }) };
    const { data } = await z.request({ url: `${baseUrl(bundle)}/api/v1/routes`, params });
    routes.push(...data.data.filter((route) => route.active));
    cursor = data.next_cursor;
  }
  return routes.map(({ id, display }) => ({ id, display }));
};
// ANCHOR_END: dropdown

module.exports = {
  key: "route_list",
  noun: "Route",
  // It fills a menu, and starts no Zap.
  display: { label: "List of Routes", description: "Fills the menu of routes.", hidden: true },
  operation: {
    perform,
    sample: { id: "rte_7KpQ2mX9vLcR4tYb", display: "India → Germany (student)" },
    outputFields: [{ key: "id", label: "ID" }, { key: "display", label: "Display" }],
  },
};

"use strict";

const { getChange, newestChanges, outputFields, routeField, sample } = require("../change");

// ANCHOR: search
const perform = async (z, bundle) => {
  const { change_id, route_id, detected_after } = bundle.inputData;
  if (change_id) {
    // A search that finds nothing answers with nothing: it is no error.
    return getChange(z, bundle, change_id).then((change) => [change], (error) => {
      if (JSON.parse(error.message).status === 404) return [];
      throw error;
    });
  }
  return newestChanges(z, bundle, { limit: 5, route_id, detected_after });
};
// ANCHOR_END: search

module.exports = {
  key: "change",
  noun: "Change",
  display: { label: "Find Change", description: "Finds a change by its ID, or the newest changes of a route." },
  operation: {
    inputFields: [
      { key: "change_id", label: "Change ID", helpText: "Starts with `chg_`. Leave it empty to search by route and time." },
      routeField,
      { key: "detected_after", label: "Detected After", type: "datetime" },
    ],
    perform,
    sample,
    outputFields,
  },
};

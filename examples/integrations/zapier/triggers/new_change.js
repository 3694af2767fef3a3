"use strict";

const { newestChanges, outputFields, routeField, sample } = require("../change");

// ANCHOR: polling
// Zapier polls, and starts a Zap for each `id` that it has not seen. Newest first, as it wants it.
const perform = (z, bundle) => {
  const limit = bundle.meta.isLoadingSample ? 3 : 20;
  return newestChanges(z, bundle, { limit, route_id: bundle.inputData.route_id });
};
// ANCHOR_END: polling

module.exports = {
  key: "new_change",
  noun: "Change",
  display: {
    label: "New Policy Change",
    description: "Triggers when a new change of any route is listed. Use Policy Change Detected where you can: it is instant.",
  },
  operation: { type: "polling", inputFields: [routeField], perform, sample, outputFields },
};

"use strict";

const { changesSince, newestChanges, outputFields, routeField, sample } = require("../change");

// ANCHOR: polling
const WINDOW_MS = 24 * 60 * 60 * 1000;

// Zapier polls every few minutes, and starts a Zap for each `id` that it has not seen. The window is far longer than that, and is
// read to its last page: a burst loses nothing.
const perform = (z, bundle) => {
  const { route_id } = bundle.inputData;
  if (bundle.meta.isLoadingSample) return newestChanges(z, bundle, { limit: 3, route_id });
  return changesSince(z, bundle, new Date(Date.now() - WINDOW_MS), route_id);
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

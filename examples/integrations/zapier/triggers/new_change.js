"use strict";

const { getChange, listChanges, outputFields, routeField, sample } = require("../change");

// ANCHOR: polling
// Zapier polls, and starts a Zap for each `id` that it has not seen. Newest first, as it wants it.
const perform = async (z, bundle) => {
  const { route_id } = bundle.inputData;
  const limit = bundle.meta.isLoadingSample ? 3 : 20;
  const changes = await listChanges(z, bundle, { limit, ...(route_id && { route_id }) });
  return Promise.all(changes.map(({ id }) => getChange(z, bundle, id)));
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

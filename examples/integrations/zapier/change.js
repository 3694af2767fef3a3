"use strict";

const { baseUrl } = require("./authentication");

const FIELDS = [
  "id", "route__id", "route__origin_country", "route__destination_country", "route__visa_type", "route__display",
  "source__id", "source__name", "source__url", "detected_at", "summary", "lines_added", "lines_removed", "diff",
];

const label = (key) => key.split(/_+/).map((word) => word[0].toUpperCase() + word.slice(1)).join(" ").replace("Id", "ID");

/** What a Zap can use of a change. */
const outputFields = FIELDS.map((key) => ({
  key,
  label: label(key),
  type: key === "detected_at" ? "datetime" : key.startsWith("lines_") ? "integer" : "string",
}));

const sample = {
  id: "chg_O415DlcRCXL8FMpy",
  route: {
    id: "rte_7KpQ2mX9vLcR4tYb",
    origin_country: "IN",
    destination_country: "DE",
    visa_type: "student",
    display: "India → Germany (student)",
  },
  source: {
    id: "src_3NwZ8hJd5sGfU1aE",
    name: "Make it in Germany: visa for studying",
    url: "https://www.make-it-in-germany.com/en/visa-residence/types/studying",
  },
  detected_at: "2026-03-04T05:06:07Z",
  summary: "Appointments open 12 instead of 8 weeks ahead.",
  lines_added: 1,
  lines_removed: 1,
  diff: "--- old\n+++ new\n@@ -1 +1 @@\n-Appointments open 8 weeks ahead.\n+Appointments open 12 weeks ahead.\n",
};

/** The same keys whichever way a change came: a webhook has no versions. */
const shape = (change) => Object.fromEntries(Object.keys(sample).map((key) => [key, change[key]]));

const getChange = async (z, bundle, id) =>
  shape((await z.request({ url: `${baseUrl(bundle)}/api/v1/changes/${encodeURIComponent(id)}` })).data);

/** The newest changes, each with its diff. A filter without a value is left out. */
const newestChanges = async (z, bundle, params) => {
  const url = `${baseUrl(bundle)}/api/v1/changes`;
  const { data } = await z.request({ url, params, removeMissingValuesFrom: { params: true } });
  return Promise.all(data.data.map(({ id }) => getChange(z, bundle, id)));
};

/** The changes since a time, to the last page, newest first. Most of them Zapier knows already: a diff is fetched only for a change that
 * starts a Zap. */
const changesSince = async (z, bundle, since, route_id) => {
  const changes = [];
  let cursor;
  do {
    const params = { detected_after: since.toISOString(), route_id, limit: 100, cursor };
    const url = `${baseUrl(bundle)}/api/v1/changes`;
    const { data } = await z.request({ url, params, removeMissingValuesFrom: { params: true } });
    changes.push(...data.data);
    cursor = data.next_cursor;
  } while (cursor);
  return changes.map((change) => ({ ...shape(change), diff: z.dehydrate(diff, { id: change.id }) }));
};

const diff = async (z, bundle) => (await getChange(z, bundle, bundle.inputData.id)).diff;

const routeField = {
  key: "route_id",
  label: "Route",
  required: false,
  dynamic: "route_list.id.display",
  helpText: "Only changes of this route. Leave it empty for all routes that you follow.",
};

module.exports = { outputFields, sample, shape, getChange, newestChanges, changesSince, diff, routeField };

"use strict";

const PRODUCTION = "https://api.policyaggregator.example";

const baseUrl = (bundle) => (bundle.authData.base_url || PRODUCTION).replace(/\/+$/, "");

// ANCHOR: authentication
const authentication = {
  type: "custom",
  fields: [
    { key: "api_key", label: "API Key", type: "password", required: true, helpText: "Starts with `pa_live_` or `pa_test_`." },
    { key: "base_url", label: "API Address", required: false, default: PRODUCTION, helpText: "Change it only to try the sandbox." },
  ],
  test: async (z, bundle) => (await z.request({ url: `${baseUrl(bundle)}/api/v1/me` })).data,
  // The answer shows the key shortened, so the label tells two connections apart and gives nothing away.
  connectionLabel: "{{key}} ({{mode}})",
};

const addKey = (request, z, bundle) => {
  if (bundle.authData.api_key) {
    request.headers.Authorization = `Bearer ${bundle.authData.api_key}`;
    request.headers["User-Agent"] = "policy-aggregator-zapier/0.1.0";
  }
  return request;
};
// ANCHOR_END: authentication

module.exports = { authentication, addKey, baseUrl };

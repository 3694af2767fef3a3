"use strict";

const { baseUrl } = require("../authentication");

const EVENTS = {
  "change.detected": "Change Detected",
  "source.failing": "Source Failing",
  "source.recovered": "Source Recovered",
  "webhook.test": "Test",
};

// ANCHOR: create
const perform = async (z, bundle) => {
  const { url, event_type } = bundle.inputData;
  const { data } = await z.request({
    method: "POST",
    url: `${baseUrl(bundle)}/api/webhooks/test`,
    body: { url, event_type },
  });
  const { event_id: id, verdict, message, response_status, duration_ms } = data;
  return { id, verdict, message, response_status, duration_ms };
};
// ANCHOR_END: create

module.exports = {
  key: "test_webhook",
  noun: "Test Webhook",
  display: { label: "Send Test Webhook", description: "Sends a signed test event to an address and tells what came back." },
  operation: {
    inputFields: [
      { key: "url", label: "Address", required: true, helpText: "An HTTPS address that takes webhooks." },
      { key: "event_type", label: "Event", required: true, choices: EVENTS, default: "webhook.test" },
    ],
    perform,
    sample: {
      id: "evt_5Hn8Rw2Lx0QzYc7V",
      verdict: "accepted",
      message: "Your endpoint answered 204 in 12 ms.",
      response_status: 204,
      duration_ms: 12,
    },
    outputFields: [
      { key: "id", label: "Event ID" },
      { key: "verdict", label: "Verdict" },
      { key: "message", label: "Message" },
      { key: "response_status", label: "Response Status", type: "integer" },
      { key: "duration_ms", label: "Duration in Milliseconds", type: "integer" },
    ],
  },
};

"use strict";

const { Webhook } = require("standardwebhooks");
const { baseUrl } = require("../authentication");
const { newestChanges, outputFields, routeField, sample, shape } = require("../change");

// ANCHOR: subscribe
const performSubscribe = async (z, bundle) => {
  const { data } = await z.request({
    method: "POST",
    url: `${baseUrl(bundle)}/api/v1/webhooks`,
    headers: { "Idempotency-Key": bundle.targetUrl.slice(-255) },
    body: { url: bundle.targetUrl, events: ["change.detected"], description: "Zapier" },
  });
  // Zapier keeps what is returned, and hands it to perform and performUnsubscribe as subscribeData.
  return { id: data.id, secret: data.secret };
};

const performUnsubscribe = async (z, bundle) => {
  const url = `${baseUrl(bundle)}/api/v1/webhooks/${bundle.subscribeData.id}`;
  // Gone already is as good.
  await z.request({ method: "DELETE", url }).catch((error) => {
    if (JSON.parse(error.message).status !== 404) throw error;
  });
  return { id: bundle.subscribeData.id };
};
// ANCHOR_END: subscribe

// ANCHOR: perform
const perform = async (z, bundle) => {
  const { headers, content } = bundle.rawRequest;
  // Zapier writes the names of headers its own way: `webhook-id` comes as `Http-Webhook-Id`.
  const bare = Object.entries(headers).map(([name, value]) => [name.toLowerCase().replace(/^http-/, ""), value]);
  let event;
  try {
    event = new Webhook(bundle.subscribeData.secret).verify(content, Object.fromEntries(bare));
  } catch (error) {
    throw new z.errors.Error(`This delivery is not from Policy Aggregator: ${error.message}`, "bad_signature", 401);
  }
  const { route_id } = bundle.inputData;
  const wanted = event.type === "change.detected" && (!route_id || event.data.route.id === route_id);
  return wanted ? [shape(event.data)] : [];
};
// ANCHOR_END: perform

// ANCHOR: perform-list
const performList = (z, bundle) => newestChanges(z, bundle, { limit: 3, route_id: bundle.inputData.route_id });
// ANCHOR_END: perform-list

module.exports = {
  key: "change_detected",
  noun: "Change",
  display: { label: "Policy Change Detected", description: "Triggers when an official source of a route you follow changes." },
  operation: {
    type: "hook",
    inputFields: [routeField],
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample,
    outputFields,
  },
};

"use strict";

const core = require("zapier-platform-core");
const { version } = require("./package.json");
const { authentication, addKey } = require("./authentication");
const { explainErrors } = require("./errors");
const { diff } = require("./change");
const changeDetected = require("./triggers/change_detected");
const newChange = require("./triggers/new_change");
const routeList = require("./triggers/route_list");
const findChange = require("./searches/change");
const sendTestWebhook = require("./creates/test_webhook");

const byKey = (...parts) => Object.fromEntries(parts.map((part) => [part.key, part]));

module.exports = {
  version,
  platformVersion: core.version,
  authentication,
  beforeRequest: [addKey],
  afterResponse: [explainErrors],
  triggers: byKey(changeDetected, newChange, routeList),
  searches: byKey(findChange),
  creates: byKey(sendTestWebhook),
  hydrators: { diff },
};

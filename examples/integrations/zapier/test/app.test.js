"use strict";

// Every part through zapier-platform-core's own tester, against the sandbox:
//   POLICY_AGGREGATOR_BASE_URL=http://127.0.0.1:3000 npm test

const assert = require("node:assert");
const { randomBytes } = require("node:crypto");
const { createServer } = require("node:http");
const { test } = require("node:test");
const zapier = require("zapier-platform-core");
const App = require("..");

const base_url = process.env.POLICY_AGGREGATOR_BASE_URL;
if (!base_url) throw new Error("set POLICY_AGGREGATOR_BASE_URL to the sandbox's address");

const tester = zapier.createAppTester(App);
/** A connection with a world of its own. */
const connect = () => ({ api_key: `pa_test_zapier_${randomBytes(8).toString("hex")}`, base_url });

async function control(authData, path, body) {
  const headers = { Authorization: `Bearer ${authData.api_key}`, "Content-Type": "application/json" };
  const response = await fetch(`${base_url}/sandbox/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert(response.ok, `${path}: ${response.status}`);
  return response.json();
}

/** Stands for hooks.zapier.com: gives each request to a Zap as Zapier does. */
async function hooks(t) {
  const arrived = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = {};
    for (const [name, value] of Object.entries(request.headers)) {
      const title = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
      headers[/^Content-/.test(title) ? title : `Http-${title}`] = value;
    }
    const raw = { method: request.method, querystring: "", headers, content: Buffer.concat(chunks).toString() };
    if (waiting.length) waiting.shift()(raw);
    else arrived.push(raw);
    response.end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  const next = () => (arrived.length ? arrived.shift() : new Promise((resolve) => waiting.push(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/hooks/standard/1/2/`, next };
}

const failsWith = (promise, name, message) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  });

test("the definition passes Zapier's own checks", async () => {
  const handler = require("zapier-platform-core/src/tools/create-lambda-handler")(App);
  const { results } = await handler({ command: "validate" });
  assert.deepEqual(results, []);
});

test("a connection is labelled by the shortened key", async () => {
  const authData = connect();
  const me = await tester(App.authentication.test, { authData });
  assert.equal(me.mode, "test");
  assert(!JSON.stringify(me).includes(authData.api_key));
  for (const field of App.authentication.connectionLabel.match(/\{\{\w+\}\}/g)) assert(field.slice(2, -2) in me, field);
});

test("errors become Zapier's", async () => {
  const wrong = { api_key: "pa_live_wrong", base_url };
  await failsWith(tester(App.authentication.test, { authData: wrong }), "ExpiredAuthError", /Reconnect/);

  const authData = connect();
  const list = App.triggers.new_change.operation.perform;
  await control(authData, "faults", { status: 429, retry_after: 7 });
  await failsWith(tester(list, { authData, meta: {} }), "ThrottledError", /"delay":7/);
  await control(authData, "faults", { status: 503 });
  await failsWith(tester(list, { authData, meta: {} }), "AppError", /"code":"unavailable","status":503/);

  const readonly = { api_key: `pa_test_readonly_${randomBytes(8).toString("hex")}`, base_url };
  const subscribe = App.triggers.change_detected.operation.performSubscribe;
  const bundle = { authData: readonly, targetUrl: "https://hooks.zapier.com/hooks/standard/1/2/" };
  await failsWith(tester(subscribe, bundle), "AppError", /\(request req_\w+\)","code":"forbidden","status":403/);
  const inputData = { url: "ftp://example.com", event_type: "webhook.test" };
  const create = App.creates.test_webhook.operation.perform;
  await failsWith(tester(create, { authData, inputData }), "AppError", /\/url: .*"status":422/);
});

test("the instant trigger subscribes, verifies, and unsubscribes", async (t) => {
  const { performSubscribe, performUnsubscribe, perform, performList } = App.triggers.change_detected.operation;
  const authData = connect();
  const zap = await hooks(t);
  const subscribeData = await tester(performSubscribe, { authData, targetUrl: zap.url });
  assert.match(subscribeData.secret, /^whsec_/);
  const again = await tester(performSubscribe, { authData, targetUrl: zap.url });
  assert.equal(again.id, subscribeData.id, "a lost answer makes no second webhook");

  const { id } = (await control(authData, "changes", {})).change;
  const rawRequest = await zap.next();
  const bundle = { authData, subscribeData, rawRequest, inputData: {} };
  const [change, ...more] = await tester(perform, bundle);
  assert.deepEqual([change.id, more], [id, []]);
  const [listed] = await tester(performList, { authData, inputData: {} });
  assert.deepEqual(change, listed, "both ways give the same");
  assert.deepEqual(Object.keys(change), Object.keys(App.triggers.change_detected.operation.sample));

  const forRoute = (route_id) => tester(perform, { ...bundle, inputData: { route_id } });
  assert.equal((await forRoute(change.route.id)).length, 1);
  assert.deepEqual(await forRoute("rte_0000000000000000"), []);

  const tampered = { ...rawRequest, content: rawRequest.content.replace("chg_", "chh_") };
  await failsWith(tester(perform, { ...bundle, rawRequest: tampered }), "AppError", /not from Policy Aggregator/);
  const bare = { ...rawRequest, headers: {} };
  await failsWith(tester(perform, { ...bundle, rawRequest: bare }), "AppError", /Missing required headers/);

  // Zapier may ask twice.
  for (const _ of [1, 2]) await tester(performUnsubscribe, { authData, subscribeData });
  const webhooks = await fetch(`${base_url}/api/v1/webhooks`, { headers: { Authorization: `Bearer ${authData.api_key}` } });
  assert.deepEqual((await webhooks.json()).data, []);
});

test("the polling trigger gives each change once, newest first, to the last page", async () => {
  const { perform } = App.triggers.new_change.operation;
  const authData = connect();
  const poll = (inputData = {}) => tester(perform, { authData, inputData, meta: {} });
  assert.deepEqual(await poll(), [], "nothing is new");
  const made = [];
  for (let count = 0; count < 101; count += 1) made.unshift((await control(authData, "changes", {})).change);
  const polled = await poll();
  assert.deepEqual(polled.map(({ id }) => id).sort(), made.map(({ id }) => id).sort());
  const times = polled.map(({ detected_at }) => detected_at);
  assert.deepEqual(times, [...times].sort().reverse());
  const { diff, ...first } = polled[0];
  assert.match(diff, /^hydrate\|\|\|.*\|\|\|hydrate$/);
  const change = made.find(({ id }) => id === first.id);
  assert.equal(await tester(App.hydrators.diff, { authData, inputData: { id: first.id } }), change.diff);
  const ofRoute = await poll({ route_id: first.route.id });
  assert(ofRoute.length && ofRoute.every(({ route }) => route.id === first.route.id));
});

test("the menu of routes is whole", async () => {
  const authData = connect();
  const menu = await tester(App.triggers.route_list.operation.perform, { authData });
  assert(menu.length > 5 && menu.every((route) => /^rte_/.test(route.id) && route.display.includes("→")));
  assert.equal(new Set(menu.map(({ id }) => id)).size, menu.length);
});

test("the search finds one, some, or none", async () => {
  const { perform } = App.searches.change.operation;
  const authData = connect();
  const search = (inputData) => tester(perform, { authData, inputData });
  const some = await search({});
  assert.equal(some.length, 5);
  assert.deepEqual(await search({ change_id: some[2].id }), [some[2]]);
  assert.deepEqual(await search({ change_id: "chg_0000000000000000" }), []);
  assert.deepEqual(await search({ detected_after: "2099-01-01T00:00:00Z" }), []);
});

test("the action sends a test webhook", async (t) => {
  const receiver = await hooks(t);
  const inputData = { url: receiver.url, event_type: "source.failing" };
  const result = await tester(App.creates.test_webhook.operation.perform, { authData: connect(), inputData });
  assert.deepEqual([result.verdict, result.response_status], ["accepted", 200]);
  assert.equal(JSON.parse((await receiver.next()).content).type, "source.failing");
});

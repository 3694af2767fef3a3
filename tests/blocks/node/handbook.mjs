// What the hidden lines of a page's JavaScript and TypeScript blocks use. Nothing that a reader sees mentions it.

import { cpSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Calls a control of the block's sandbox, below /sandbox/, and returns what it answers; null if that is nothing. */
export async function control(method, name, body) {
  const { POLICY_AGGREGATOR_BASE_URL: url, POLICY_AGGREGATOR_API_KEY: key } = process.env;
  const response = await fetch(`${url}/sandbox/${name}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the control ${method} ${name} answered ${response.status}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Listens on a free port. The block can end though it still listens, and though connections to it are kept open. */
function listen(server) {
  server.on("connection", (socket) => socket.unref());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      server.unref();
      resolve(`http://127.0.0.1:${server.address().port}/webhooks`);
    });
  });
}

/**
 * Starts a webhook receiver. It answers with these statuses first, then always with 204. Returns its address, and a
 * function that waits for the next delivery: `{ headers, body }`, the body as a Buffer.
 */
export async function endpoint(statuses = []) {
  const [waiting, arrived, readers] = [[...statuses], [], []];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const delivery = { headers: request.headers, body: Buffer.concat(chunks) };
    readers.length ? readers.shift()(delivery) : arrived.push(delivery);
    response.writeHead(waiting.shift() ?? 204).end();
  });
  const url = await listen(server);
  // While a block waits for a delivery nothing else may hold it open.
  const next = async () => {
    if (arrived.length) return arrived.shift();
    server.ref();
    const delivery = await new Promise((resolve) => readers.push(resolve));
    if (!readers.length) server.unref();
    return delivery;
  };
  return { url, next };
}

/** Serves a page's own request listener or Express app on a free port; returns the address of its /webhooks. */
export function serve(app) {
  return listen(createServer(app));
}

/** Copies a sample integration beside the packages of the pages, and returns its folder. */
function copy(folder) {
  const target = resolve(folder);
  cpSync(join(process.env.PROOFBOOK_ROOT, "examples/integrations", folder), target, { recursive: true });
  return target;
}

/** Imports a module of a sample integration: sample("webhook-receiver/express", "store.mjs"). */
export function sample(folder, module) {
  return import(pathToFileURL(join(copy(folder), module)));
}

/**
 * The Zapier sample: its app, Zapier's own tester, a connection to the block's sandbox, and `load`, which requires one of
 * its modules.
 */
export function zapier() {
  const require = createRequire(join(copy("zapier"), "index.js"));
  const { POLICY_AGGREGATOR_BASE_URL: base_url, POLICY_AGGREGATOR_API_KEY: api_key } = process.env;
  const App = require("./index.js");
  const tester = require("zapier-platform-core").createAppTester(App);
  return { App, tester, authData: { api_key, base_url }, load: (module) => require(`./${module}`) };
}

/** Has the block's sandbox send a test event, and returns what it says of the answer. */
export async function testEvent(event) {
  const { POLICY_AGGREGATOR_BASE_URL: url, POLICY_AGGREGATOR_API_KEY: key } = process.env;
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const response = await fetch(`${url}/api/webhooks/test`, { method: "POST", headers, body: JSON.stringify(event) });
  return response.json();
}

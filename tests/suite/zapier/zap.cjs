"use strict";

// What Zapier does around an app, once: tests the connection, switches on a Zap of each trigger, polls, and starts the Zap for each
// id that is new.
//   zap.cjs APP SEEN
// It waits as long as a ThrottledError says, and gives up what the app calls a refusal. The rest comes again later and later, on the
// schedule of Zapier's Autoreplay (https://zapier.com/help/autoreplay/), a thousand times as fast.

const { appendFileSync, existsSync, readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { setTimeout: wait } = require("node:timers/promises");

const [folder, seen] = process.argv.slice(2);
const own = createRequire(`${folder}/index.js`);
const App = own("./index.js");
const tester = own("zapier-platform-core").createAppTester(App);

const REPLAYS = [0.3, 1.8, 3.6, 10.8, 21.6];
const authData = { api_key: process.env.POLICY_AGGREGATOR_API_KEY, base_url: process.env.POLICY_AGGREGATOR_BASE_URL };

function told(error) {
  try {
    return JSON.parse(error.message);
  } catch {
    return {};
  }
}

async function run(perform, bundle) {
  for (const seconds of [...REPLAYS, null]) {
    try {
      return await tester(perform, { authData, inputData: {}, meta: {}, ...bundle });
    } catch (error) {
      const { delay, status } = told(error);
      const refused = error.name === "ExpiredAuthError" || (status >= 400 && status < 500);
      if (error.name === "ThrottledError") await wait(delay * 1000);
      else if (refused || seconds === null) throw error;
      else await wait(seconds * 1000);
    }
  }
}

async function main() {
  await run(App.authentication.test);
  await run(App.triggers.change_detected.operation.performSubscribe, { targetUrl: "https://hooks.invalid/standard/1/2/" });
  const known = new Set(existsSync(seen) ? readFileSync(seen, "utf8").split("\n") : []);
  const changes = await run(App.triggers.new_change.operation.perform);
  for (const { id, diff } of changes.filter((change) => !known.has(change.id))) {
    // The token of z.dehydrate: what is only fetched for a Zap that starts.
    await run(App.hydrators.diff, { inputData: JSON.parse(diff.split("|||")[1]).bundle });
    appendFileSync(seen, `${id}\n`);
    console.log(`started for ${id}`);
  }
}

main().catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});

// Starts the receiver and stops it.

import { createServer } from "node:http";
import { ConfigurationError, configuration } from "./configuration.mjs";
import { endpoint } from "./endpoint.mjs";
import { log } from "./log.mjs";
import { openStore } from "./store.mjs";
import { startWorker } from "./worker.mjs";

/** How long a sender may take for a request. */
const SLOWEST_MS = 10_000;

let settings;
try {
  settings = configuration(process.env);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exit(2);
}

// ANCHOR: stop
const store = openStore(settings.database);
const worker = startWorker(store, settings);
const timeouts = { requestTimeout: SLOWEST_MS, headersTimeout: SLOWEST_MS, connectionsCheckingInterval: 1000 };
const server = createServer(timeouts, endpoint(store, settings.webhooks, worker.wake));
server.on("clientError", (error, socket) => {
  const slow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  if (slow) log("warn", "refused", { reason: "too_slow" });
  if (socket.writable) socket.end(`HTTP/1.1 ${slow ? "408 Request Timeout" : "400 Bad Request"}\r\nConnection: close\r\n\r\n`);
});
server.listen(settings.port, settings.host, () => {
  const { address, port } = server.address();
  log("info", "listening", { url: `http://${address}:${port}/webhooks` });
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    log("info", "stopping");
    // Requests that run are answered. What is stored and not worked on yet waits for the next start.
    server.close(async () => {
      await worker.stop();
      store.database.close();
      log("info", "stopped");
    });
    server.closeIdleConnections();
  });
}
// ANCHOR_END: stop

// The webhook tester. It calls the API on this address as any client does, and shows what strangers send as text alone.
"use strict";

const REFRESH_MS = 2000;
const $ = (id) => document.getElementById(id);
const state = { key: "", endpoints: [], events: {}, deliveries: [], etag: null, log: null };

// An element with a text or children: never markup.
function element(name, content = [], attributes = {}) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...[content].flat());
  return made;
}

function button(text, label, act) {
  const made = element("button", text, { type: "button", "aria-label": label, "data-focus": label });
  made.addEventListener("click", () => during(act));
  return made;
}

function say(text) {
  $("state").textContent = text;
}

// Does something, and says what went wrong if something does.
async function during(act) {
  try {
    await act();
  } catch (error) {
    say(error.message);
  }
}

async function call(method, path, body, headers = {}) {
  const request = { method, cache: "no-store", headers: { Authorization: `Bearer ${state.key}`, ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(path, request).catch(() => {
    throw new Error("The server does not answer. Is it still running?");
  });
  if (response.status === 304) return { response, data: null };
  const text = await response.text();
  const data = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const places = (data?.errors ?? []).map((one) => `${one.pointer || "the body"}: ${one.message}`);
    throw new Error([data?.detail ?? `The server answered ${response.status}.`, ...places].join(" "));
  }
  return { response, data };
}

async function all(path) {
  const items = [];
  let cursor = null;
  do {
    const { data } = await call("GET", `${path}?limit=100${cursor ? `&cursor=${cursor}` : ""}`);
    items.push(...data.data);
    cursor = data.next_cursor;
  } while (cursor);
  return items;
}

function options(select, values, keep) {
  const chosen = select.value;
  const fixed = [...select.options].slice(0, keep);
  select.replaceChildren(...fixed, ...values.map(([value, text]) => element("option", text, { value })));
  if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
}

// New rows, with the keyboard's place kept.
function rows(table, list) {
  const focused = document.activeElement?.dataset?.focus;
  table.tBodies[0].replaceChildren(...list);
  table.hidden = list.length === 0;
  if (focused) table.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

async function copy(text, what) {
  await navigator.clipboard.writeText(text);
  say(`${what} is copied.`);
}

// ---- Endpoints

async function loadEndpoints() {
  state.endpoints = await all("/api/v1/webhooks");
  $("no-endpoints").hidden = state.endpoints.length > 0;
  rows($("endpoints"), state.endpoints.map(endpointRow));
  const named = state.endpoints.map(({ id, url }) => [id, url]);
  options($("send-to"), named, 1);
  options($("filter-endpoint"), named, 0);
  toggleTarget();
}

function endpointRow(endpoint) {
  const { id, url, events, enabled } = endpoint;
  const path = `/api/v1/webhooks/${encodeURIComponent(id)}`;
  const change = (method, body, told) => async () => {
    await call(method, path, body);
    await loadEndpoints();
    say(told);
  };
  const rotate = async () => {
    const { data } = await call("POST", `${path}/rotate-secret`, {});
    showSecret(data.secret, "The new secret. The old one goes on signing beside it for a day.");
  };
  const remove = async () => {
    if (!window.confirm(`Delete ${url} and its delivery log?`)) return;
    await change("DELETE", undefined, "The endpoint is deleted.")();
    await loadLog(true);
  };
  const toggle = enabled ? "Disable" : "Enable";
  return element("tr", [
    element("td", url, { class: "url" }),
    element("td", events.join(", ")),
    element("td", enabled ? "enabled" : "disabled", { class: enabled ? "good" : "bad" }),
    element("td", [
      button("Rotate secret", `Rotate secret of ${url}`, rotate),
      button(toggle, `${toggle} ${url}`, change("PATCH", { enabled: !enabled }, `The endpoint is ${enabled ? "disabled" : "enabled"}.`)),
      button("Delete", `Delete ${url}`, remove),
    ]),
  ]);
}

// A secret is shown once, and kept nowhere.
function showSecret(secret, about) {
  const shown = $("secret");
  shown.replaceChildren(`${about} It is shown this once: `, element("code", secret), " ");
  shown.append(button("Copy", "Copy the secret", () => copy(secret, "The secret")));
  shown.append(button("Hide", "Hide the secret", () => {
    shown.replaceChildren();
    shown.hidden = true;
  }));
  shown.hidden = false;
}

async function create(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const { data } = await call("POST", "/api/v1/webhooks", { url: form.get("url"), events: form.getAll("events") });
  showSecret(data.secret, "The endpoint's secret.");
  event.target.reset();
  await loadEndpoints();
  $("send-to").value = data.id;
  $("filter-endpoint").value = data.id;
  toggleTarget();
  await loadLog(true);
  say("The endpoint is created.");
}

// ---- Send a test

function toggleTarget() {
  $("send-other").hidden = $("send-to").value !== "";
  $("send-url").required = $("send-to").value === "";
}

function fillData() {
  $("send-data").value = JSON.stringify(state.events[$("send-event").value] ?? {}, null, 2);
}

async function send(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const test = { event_type: form.get("event") };
  try {
    test.data = JSON.parse(form.get("data"));
  } catch (error) {
    throw new Error(`The data is no JSON: ${error.message}`);
  }
  if (form.get("to")) test.webhook_id = form.get("to");
  else test.url = form.get("url");
  if (!form.get("to") && form.get("secret")) test.secret = form.get("secret");
  say("Sending…");
  const { data } = await call("POST", "/api/webhooks/test", test);
  const sent = [
    element("p", [element("span", data.verdict, { class: data.verdict === "accepted" ? "good" : "bad" }), ` ${data.message}`]),
    ...exchange(data.url, data.request_headers, data.request_body, data.response_status, data.response_body_start),
  ];
  if (data.generated_secret) sent.splice(1, 0, element("p", ["It was signed with a secret made for this test: ", element("code", data.generated_secret)]));
  $("sent").replaceChildren(...sent);
  say(`The test was ${data.verdict.replace("_", " ")}.`);
}

// A request and its answer, byte for byte as text.
function exchange(url, headers, body, status, answer) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const curl = [`curl -i ${quoted(url)}`, ...lines.map((line) => `  -H ${quoted(line)}`), `  --data-binary ${quoted(body)}`].join(" \\\n");
  return [
    element("h3", "Request"),
    element("pre", `POST ${url}\n${lines.join("\n")}\n\n${body}`),
    element("h3", "Answer"),
    element("pre", status === null ? "none" : `${status}\n\n${answer ?? ""}`),
    button("Copy as curl", "Copy as curl: the request", () => copy(curl, "The command")),
  ];
}

// ---- Deliveries

async function loadLog(anew) {
  const endpoint = $("filter-endpoint").value;
  if (anew) state.etag = null;
  if (!endpoint) {
    state.deliveries = [];
    return showLog();
  }
  const query = new URLSearchParams({ limit: "100" });
  if ($("filter-status").value) query.set("status", $("filter-status").value);
  if ($("filter-event").value) query.set("event_type", $("filter-event").value);
  // An unchanged list costs nothing of the rate limit, and leaves the page alone.
  const known = state.etag ? { "If-None-Match": state.etag } : {};
  const { response, data } = await call("GET", `/api/v1/webhooks/${encodeURIComponent(endpoint)}/deliveries?${query}`, undefined, known);
  if (!data) return;
  state.etag = response.headers.get("ETag");
  state.deliveries = data.data;
  showLog();
}

function showLog() {
  $("no-deliveries").hidden = state.deliveries.length > 0;
  rows($("log"), state.deliveries.map(deliveryRow));
}

function deliveryRow(delivery) {
  const { id, event_type: kind, status, attempt, response_status: answer, duration_ms: took, created_at: at } = delivery;
  const redeliver = async () => {
    await call("POST", `/api/v1/deliveries/${encodeURIComponent(id)}/redeliver`);
    await loadLog(true);
    say("It is sent again.");
  };
  return element("tr", [
    element("td", element("time", at.replace("T", " "), { datetime: at })),
    element("td", kind),
    element("td", status.replace("_", " "), { class: status === "succeeded" ? "good" : status === "pending" ? "" : "bad" }),
    element("td", `${attempt}`),
    element("td", answer === null ? "none" : `${answer} in ${took} ms`),
    element("td", [
      button("Detail", `Detail of delivery ${id}`, () => showDetail(id)),
      button("Redeliver", `Redeliver delivery ${id}`, redeliver),
    ]),
  ]);
}

async function showDetail(id) {
  const { data } = await call("GET", `/api/v1/deliveries/${encodeURIComponent(id)}`);
  const url = state.endpoints.find((endpoint) => endpoint.id === data.webhook_id)?.url ?? "";
  const attempts = data.attempts.flatMap((attempt) => [
    element("h3", `Attempt ${attempt.attempt}, ${attempt.attempted_at.replace("T", " ")}, ${attempt.duration_ms} ms`),
    ...(attempt.error ? [element("p", attempt.error, { class: "bad" })] : []),
    ...exchange(url, attempt.request_headers, data.request_body, attempt.response_status, attempt.response_body_start),
  ]);
  const refused = [401, 403].includes(data.response_status);
  const hint = refused ? [element("p", "Your receiver refused it. The request above is genuine: paste what the receiver got below, and see what differs.")] : [];
  $("detail").replaceChildren(element("h3", `Delivery ${id}`), ...attempts, ...hint);
  $("detail").focus();
}

function exportLog() {
  const address = URL.createObjectURL(new Blob([JSON.stringify(state.deliveries, null, 2)], { type: "application/json" }));
  const link = element("a", "", { href: address, download: "deliveries.json" });
  link.click();
  URL.revokeObjectURL(address);
  say(`${state.deliveries.length} deliveries are exported.`);
}

// ---- Explain a signature

async function explain(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const text = (name) => form.get(name).replaceAll("\r\n", "\n");
  const { data } = await call("POST", "/admin/webhooks/explain", { headers: text("headers"), body: text("body"), secret: form.get("secret") });
  const steps = data.steps.map((step) =>
    element("li", [element("span", step.holds ? "ok" : "NO", { class: step.holds ? "good" : "bad" }), ` ${step.name}: ${step.seen}`]));
  const verdict = data.genuine ? "Genuine." : `Not genuine. ${data.because}`;
  $("explained").replaceChildren(
    element("p", verdict, { class: data.genuine ? "good" : "bad" }),
    element("ol", steps),
    ...(data.fix ? [element("p", `What to do: ${data.fix}.`)] : []),
  );
  say(verdict);
}

// ---- Start

function listen() {
  const submit = (id, act) => $(id).addEventListener("submit", (event) => during(() => act(event)));
  submit("create", create);
  submit("send", send);
  submit("explain", explain);
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  $("send-to").addEventListener("change", toggleTarget);
  $("send-event").addEventListener("change", fillData);
  $("filter").addEventListener("change", () => during(() => loadLog(true)));
  $("export").addEventListener("click", () => during(exportLog));
}

async function start() {
  const { data: settings } = await call("GET", "/admin/webhooks/settings.json");
  Object.assign(state, { key: settings.key, events: settings.events });
  document.title = `Webhook tester - ${settings.title}`;
  $("book").textContent = settings.title;
  const kinds = Object.keys(settings.events);
  for (const kind of kinds) {
    const box = element("input", [], { type: "checkbox", name: "events", value: kind });
    box.defaultChecked = kind === "change.detected";
    $("create-events").append(element("label", [box, ` ${kind}`]));
  }
  options($("send-event"), kinds.map((kind) => [kind, kind]), 0);
  options($("filter-event"), kinds.map((kind) => [kind, kind]), 1);
  if (kinds.includes("webhook.test")) $("send-event").value = "webhook.test";
  fillData();
  listen();
  await loadEndpoints();
  await loadLog(true);
  say("It works on the sandbox of this address, with its key.");
  const refresh = async () => {
    if (!document.hidden) await during(() => loadLog(false));
    setTimeout(refresh, REFRESH_MS);
  };
  setTimeout(refresh, REFRESH_MS);
}

during(start);

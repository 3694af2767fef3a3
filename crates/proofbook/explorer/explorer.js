// Starts Swagger UI on this origin's contract, with the sandbox key filled in.
"use strict";

// The contract also names servers elsewhere. This page has a sandbox key, and calls nothing but the sandbox.
function stayHere(request) {
  const target = new URL(request.url, location.href);
  if (target.origin !== location.origin) {
    throw new Error(`The explorer calls only this sandbox. Choose "/" under Servers; to call ${target.origin}, copy the curl command.`);
  }
  return request;
}

// Swagger UI fills the example of each parameter in. Where a parameter may be left out that asks for too much: each filter at
// once, a cursor of another list, the same idempotency key each time. Such an example moves to the description.
function leaveOptionalEmpty(contract) {
  const lists = [Object.values(contract.components?.parameters ?? {})];
  for (const path of Object.values(contract.paths ?? {})) {
    lists.push(...[path, ...Object.values(path)].map((part) => part?.parameters ?? []));
  }
  for (const parameter of lists.flat()) {
    if (!parameter.required && parameter.example !== undefined) {
      const example = typeof parameter.example === "string" ? parameter.example : JSON.stringify(parameter.example);
      parameter.description = `${parameter.description ?? ""} Example: \`${example}\``;
      delete parameter.example;
    }
  }
  return contract;
}

// From each operation back to its place in the book.
function linkBack(contract) {
  for (const path of Object.values(contract.paths ?? {})) {
    for (const operation of Object.values(path)) {
      if (operation?.operationId) {
        const page = new URL(`../reference/operations.html#${encodeURIComponent(operation.operationId)}`, location.href);
        operation.externalDocs = { description: "In the handbook", url: page.href };
      }
    }
  }
  return contract;
}

// Lets the sandbox fail on purpose, so that a reader sees how errors look.
function breakable(key) {
  const form = document.getElementById("break");
  const control = async (method, body) => {
    const headers = { Authorization: `Bearer ${key}`, ...(body && { "Content-Type": "application/json" }) };
    const answer = await fetch("../sandbox/faults", { method, headers, body: body && JSON.stringify(body) });
    const told = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) throw new Error(told.detail);
    return told;
  };
  const show = async () => {
    const { data } = await control("GET");
    const calls = data.reduce((sum, fault) => sum + fault.next, 0);
    document.getElementById("faults").textContent = calls ? `${calls} ${calls === 1 ? "call" : "calls"} will fail.` : "No call will fail.";
  };
  const during = (act) => async (event) => {
    event.preventDefault();
    try {
      await act();
      await show();
    } catch (error) {
      document.getElementById("faults").textContent = error.message;
    }
  };
  const next = () => Number(document.getElementById("times").value);
  form.addEventListener("submit", during(() => control("POST", { ...JSON.parse(document.getElementById("fault").value), next: next() })));
  document.getElementById("mend").addEventListener("click", during(() => control("DELETE")));
  form.hidden = false;
  show();
  return show;
}

async function load(path) {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(`${path} was answered with ${answer.status}`);
  }
  return answer.json();
}

async function start() {
  const state = document.getElementById("state");
  try {
    const [settings, contract] = await Promise.all([load("settings.json"), load("../openapi.json")]);
    document.title = `API explorer - ${settings.title}`;
    document.getElementById("book").textContent = settings.title;
    const changed = settings.key ? breakable(settings.key) : () => {};
    const ui = SwaggerUIBundle({
      dom_id: "#explorer",
      spec: leaveOptionalEmpty(settings.reference ? linkBack(contract) : contract),
      deepLinking: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      // The validator is a service on the internet.
      validatorUrl: null,
      // A site without a sandbox can't answer.
      supportedSubmitMethods: settings.key ? undefined : [],
      requestInterceptor: stayHere,
      responseInterceptor: (response) => {
        changed();
        return response;
      },
      onComplete: () => {
        if (settings.scheme && settings.key) {
          ui.preauthorizeApiKey(settings.scheme, settings.key);
          state.textContent = "Calls go to the sandbox on this address, with its key filled in.";
        } else if (settings.key) {
          state.textContent = "Calls go to the sandbox on this address.";
        } else {
          state.textContent = "This site has no sandbox: start one with cargo run, and its explorer makes the calls.";
        }
      },
    });
  } catch (error) {
    state.textContent = `The explorer could not start: ${error.message}. Is the server still running?`;
  }
}

start();

// The command `/policy`.

import { ApiError } from "./api.mjs";
import { about, diffBlock, escape, section } from "./blocks.mjs";
import { log } from "./log.mjs";

const MOST_ROUTES = 20;

export const USAGE = [
  "`/policy routes [word]` lists routes",
  "`/policy changes [route]` lists the latest changes",
  "`/policy change chg_…` shows one with its diff",
].join("\n");

// ANCHOR: command
export function policyCommand(api) {
  return async ({ command, ack, respond }) => {
    // Slack waits 3 seconds, an API may take longer: acknowledge first, answer afterwards.
    await ack();
    const answer = await answerTo(api, command.text).catch((error) => {
      if (error instanceof ApiError) return { text: error.message };
      log("error", "the command failed", { error: error.message });
      return { text: "The bot has a problem. Tell whoever runs it." };
    });
    await respond({ response_type: "ephemeral", ...answer });
  };
}

async function answerTo(api, text) {
  const [what, ...words] = text.trim().split(/\s+/);
  const word = words.join(" ");
  if (what === "routes") return routes(await api.routes(), word);
  if (what === "changes") return changes(await api.changes(word));
  if (what === "change" && word) return change(await api.change(word));
  return { text: USAGE };
}
// ANCHOR_END: command

function routes(all, word) {
  const found = all.filter(({ display }) => display.toLowerCase().includes(word.toLowerCase()));
  if (!found.length) return { text: `No route has “${escape(word)}” in its name.` };
  const lines = found.slice(0, MOST_ROUTES).map(({ display, id }) => `• ${escape(display)} \`${id}\``);
  if (found.length > MOST_ROUTES) lines.push(`… ${found.length - MOST_ROUTES} more: say a word, \`/policy routes germany\``);
  return { text: lines.join("\n") };
}

function changes(all) {
  if (!all.length) return { text: "There are no changes of that route." };
  const blocks = all.flatMap((change) => [
    section(`*${escape(change.route.display)}*\n${change.summary ? escape(change.summary) : "_No summary._"}`),
    about(change),
  ]);
  return { text: `${all.length} changes`, blocks: [...blocks, section("See one with `/policy change chg_…`")] };
}

function change(one) {
  const title = section(`*${escape(one.route.display)}*\n${one.summary ? escape(one.summary) : "_No summary._"}`);
  return { text: one.route.display, blocks: [title, about(one), diffBlock(one.diff)] };
}

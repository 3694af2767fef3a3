// Messages in Slack's Block Kit, within its limits (https://docs.slack.dev/reference/block-kit/blocks).

const HEADER = 150;
const SECTION = 3000;

/** `&`, `<` and `>` mean something to Slack. */
export const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const short = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
const date = (time) => `<!date^${Math.floor(Date.parse(time) / 1000)}^{date_short_pretty} {time}|${time}>`;

export const section = (text) => ({ type: "section", text: { type: "mrkdwn", text: short(text, SECTION) } });
const context = (text) => ({ type: "context", elements: [{ type: "mrkdwn", text: short(text, SECTION) }] });

// ANCHOR: diff
/** A diff in a code block that fits a section: cut at the end of a line, and it can't break out of the block. */
export function diffBlock(diff) {
  // A zero-width space between them makes three backticks plain text.
  const lines = escape(diff.trimEnd()).replaceAll("```", "`\u200b`\u200b`").split("\n");
  const room = SECTION - 60;
  let shown = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > room) break;
    shown.push(line);
  }
  // Even the first line may be too long.
  if (!shown.length) shown = [short(lines[0], room)];
  const left = lines.length - shown.length;
  return section("```\n" + shown.join("\n") + "\n```" + (left ? `\n… ${left} more lines` : ""));
}
// ANCHOR_END: diff

/** A change as the channel sees it. */
export function changeBlocks(change) {
  return [
    { type: "header", text: { type: "plain_text", text: short(change.route.display, HEADER) } },
    section(change.summary ? escape(change.summary) : "_No summary._"),
    about(change),
    diffBlock(change.diff),
    {
      type: "actions",
      block_id: "acknowledgement",
      elements: [{ type: "button", action_id: "acknowledge", text: { type: "plain_text", text: "Acknowledge" }, value: change.id }],
    },
  ];
}

export function acknowledged(blocks, user, time) {
  const by = context(`Acknowledged by <@${user}> ${date(time)}`);
  return blocks.map((block) => (block.block_id === "acknowledgement" ? by : block));
}

export function about({ id, source, detected_at, lines_added, lines_removed }) {
  const link = `<${encodeURI(source.url).replace(/[|<>]/g, "")}|${escape(source.name).replace(/\|/g, "/")}>`;
  return context(`${link} · ${date(detected_at)} · +${lines_added} −${lines_removed} · \`${id}\``);
}

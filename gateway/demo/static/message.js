// One message as Slack shows it: who, when, the words or the blocks, and the way to its thread.
import { draw, plain } from "./blockkit.js";
import { make } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

// `on`: { names, press(message, block, element, choose), open(ts) }. `item.replies` is absent inside a thread.
export function drawn(item, on) {
  const { message, replies } = item;
  const author = on.names.author(message.user);
  const body = make("div", { class: "said" }, ...content(message, on), ...files(message));
  if (message.edited && !message.bot_id) body.append(make("span", { class: "edited", text: "(edited)" }));
  const threaded = replies && !message.ephemeral_for;
  const main = make("div", { class: "main" }, head(message, author), body, threaded && thread(message, replies, on));
  const inside = make("div", { class: "row" }, avatar(author, message.bot_id), main);
  const only = message.ephemeral_for && make("p", { class: "only-you", text: "Only visible to you" });
  return make("li", { class: message.ephemeral_for ? "message ephemeral" : "message" }, only, inside);
}

export const avatar = (author, bot) =>
  make("span", { class: `avatar ${bot ? "bot" : `tint-${author.charCodeAt(0) % 4}`}`, "aria-hidden": "true", text: author[0] });

function head(message, author) {
  const at = new Date(Number(message.ts) * 1000);
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make(
    "p",
    { class: "head" },
    make("b", { text: author }),
    message.bot_id && make("span", { class: "app-tag", text: "APP" }),
    make("time", { datetime: at.toISOString(), text: clock }),
  );
}

function content(message, on) {
  if (!message.blocks?.length) return mrkdwn(message.text, on.names);
  const press = (block, element, choose) => on.press(message, block, element, choose);
  return draw(message.blocks, { names: on.names, press, field: (block) => make("p", { text: plain(block.label) }) });
}

const files = (message) =>
  (message.files || []).map((file) => make("p", { class: "file", text: `File: ${file.name || file.id}` }));

function thread(message, replies, on) {
  const { count, last } = replies;
  const words = count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread";
  const given = { class: count ? "replies" : "replies none", type: "button", onclick: () => on.open(message.ts) };
  return make("button", given, make("span", { text: words }), count > 0 && make("span", { class: "quiet", text: last }));
}

// What Discord makes of a message's words, as DOM nodes: its Markdown, mentions, moments in time, and links.
// What looks like an address is no label of another. `names`: { person(id), role(id), room(id) }.
import { link, make } from "./dom.js";

const FENCE = /```(?:[\w+-]+\n)?([\s\S]+?)```/;
const LINES = [
  [/^>>> ?([\s\S]*)/, "blockquote"],
  [/^> ?(.*)(?:\n|$)/, "blockquote"],
  [/^# +(.+)(?:\n|$)/, "h4"],
  [/^#{2,3} +(.+)(?:\n|$)/, "h5"],
  [/^-# +(.+)(?:\n|$)/, "small"],
];
const ITEM = /^ *(?:[-*]|\d{1,9}\.) +(.+)(?:\n|$)/;
const STYLES = { strong: "b", under: "u", gone: "s", hidden: "details", em: "i", em2: "i" };
const MARKS = new RegExp(
  [
    "\\\\(?<escaped>[^\\sA-Za-z0-9])",
    "(?<ticks>`{1,2})(?<code>.+?)(?<!`)\\k<ticks>(?!`)",
    "<@!?(?<person>\\d+)>|<@&(?<role>\\d+)>|<#(?<room>\\d+)>|<a?:(?<emoji>\\w+):\\d+>|<t:(?<moment>-?\\d{1,11})(?::\\w)?>",
    "\\[(?<label>(?:(?!https?://)[^\\]])+)\\]\\(<?(?<target>https?://[^\\s<>)]+)>?\\)",
    "<(?<quiet>https?://[^\\s<>]+)>|(?<bare>https?://[^\\s<>\\]]*[^\\s<>.,:;\"')\\]])",
    "(?<all>@everyone|@here)",
    "\\*\\*(?<strong>.+?)\\*\\*(?!\\*)|__(?<under>.+?)__(?!_)|~~(?<gone>.+?)~~|\\|\\|(?<hidden>.+?)\\|\\|",
    "\\*(?=[^\\s*])(?<em>.+?)(?<=[^\\s*])\\*(?!\\*)|(?<!\\w)_(?=[^\\s_])(?<em2>.+?)(?<=[^\\s_])_(?!\\w)",
  ].join("|"),
  "s",
);

export function discordMarkdown(text, names) {
  const found = FENCE.exec(text);
  if (!found) return lines(text, names);
  const before = text.slice(0, found.index).replace(/\n$/, "");
  const after = text.slice(found.index + found[0].length).replace(/^\n/, "");
  const code = make("pre", { text: found[1].replace(/^\n|\n$/g, "") });
  return [...lines(before, names), code, ...discordMarkdown(after, names)];
}

// What begins a line decides about it; all else is words, with their line breaks.
function lines(text, names) {
  const made = [];
  let words = "";
  const say = () => {
    made.push(...inline(words.replace(/\n$/, ""), names));
    words = "";
  };
  for (let left = text; left; ) {
    const { taken, node } = line(left, names);
    if (node) {
      say();
      made.push(node);
    } else words += taken;
    left = left.slice(taken.length);
  }
  say();
  return made;
}

function line(left, names) {
  const item = ITEM.exec(left);
  if (item) return { taken: item[0], node: make("p", { class: "item" }, ...inline(item[1], names)) };
  for (const [pattern, tag] of LINES) {
    const found = pattern.exec(left);
    if (found) return { taken: found[0], node: make(tag, {}, ...inline(found[1], names)) };
  }
  return { taken: /^.*(?:\n|$)/.exec(left)[0] };
}

function inline(text, names) {
  const found = MARKS.exec(text);
  if (!found) return text ? [document.createTextNode(text)] : [];
  const rest = inline(text.slice(found.index + found[0].length), names);
  return [document.createTextNode(text.slice(0, found.index)), drawn(found.groups, names), ...rest];
}

function drawn(found, names) {
  const style = Object.keys(STYLES).find((name) => found[name] !== undefined);
  if (style === "hidden") return spoiler(inline(found.hidden, names));
  if (style) return make(STYLES[style], {}, ...inline(found[style], names));
  if (found.escaped) return document.createTextNode(found.escaped);
  if (found.code !== undefined) return make("code", { text: found.code });
  if (found.label) return link(found.target, ...inline(found.label, names));
  if (found.quiet || found.bare) return link(found.quiet || found.bare, found.quiet || found.bare);
  if (found.emoji) return document.createTextNode(`:${found.emoji}:`);
  if (found.moment) return make("time", { text: new Date(Number(found.moment) * 1000).toLocaleString() });
  return mention(found, names);
}

function mention({ person, role, room, all }, names) {
  const words = all || (room ? `#${names.room(room)}` : `@${person ? names.person(person) : names.role(role)}`);
  return make("span", { class: "dc-mention", text: words });
}

const spoiler = (inside) => make("details", { class: "dc-spoiler" }, make("summary", { text: "Spoiler" }), ...inside);

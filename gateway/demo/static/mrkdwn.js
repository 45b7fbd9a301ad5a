// Slack's mrkdwn as DOM nodes: bold, italic, strike, code, quotes, and the control sequences <...>.
// `names` finds what people and channels are called: { person(id), channel(id), me }.
import { link, make } from "./dom.js";

// Stands for something already made while the text around it is read; hostile text cannot bring its own.
export const HELD = "\uE000";
const ENTITIES = { amp: "&", lt: "<", gt: ">" };
const STYLES = { "*": "b", _: "i", "~": "s" };
const STYLE = /(?<!\w)([*_~])(?![*_~\s])([^\n]*?[^\s])\1(?!\w)/;
const ATOM = /`([^`\n]+)`|<([^<>\n]+)>/g;
const QUOTE = /^(?:>|&gt;) ?/;

// Slack knows three entities and no more; once only, so that &amp;lt; is &lt;.
export const decode = (text) => text.replace(/&(amp|lt|gt);/g, (_, name) => ENTITIES[name]);

export function mrkdwn(text, names) {
  const parts = text.replaceAll(HELD, "\uFFFD").split("```");
  const whole = parts.length % 2 ? parts : [...parts.slice(0, -2), parts.slice(-2).join("```")];
  return whole.flatMap((part, index) => (index % 2 ? [fence(part, names)] : lines(part, names)));
}

function fence(text, names) {
  return make("pre", {}, ...controls(text.replace(/^\n/, "").replace(/\n$/, ""), names));
}

// Lines that begin with > are a quotation together.
function lines(text, names) {
  const groups = [];
  for (const line of text.split("\n")) {
    const quoted = QUOTE.test(line);
    const last = groups.at(-1);
    if (last?.quoted === quoted) last.lines.push(line.replace(quoted ? QUOTE : "", ""));
    else groups.push({ quoted, lines: [line.replace(quoted ? QUOTE : "", "")] });
  }
  return groups.flatMap((group) => {
    const made = inline(group.lines.join("\n"), names);
    return group.quoted ? [make("blockquote", {}, ...made)] : made;
  });
}

// Code and control sequences first: no style reaches into them.
function inline(text, names) {
  const atoms = [];
  const held = text.replace(ATOM, (_, code, control) => {
    atoms.push(code ? make("code", {}, ...controls(code, names)) : sequence(control, names));
    return HELD;
  });
  return styled(held, atoms, STYLE, (found) => make(STYLES[found[1]]), (found) => found[2]);
}

// The text with the styles that `pattern` finds; `element` makes one, `words` says what is in it.
export function styled(text, atoms, pattern, element, words) {
  const made = [];
  let left = text;
  for (let found = pattern.exec(left); found; found = pattern.exec(left)) {
    made.push(...filled(left.slice(0, found.index), atoms));
    const node = element(found);
    node.append(...styled(words(found), atoms, pattern, element, words));
    made.push(node);
    left = left.slice(found.index + found[0].length);
  }
  return [...made, ...filled(left, atoms)];
}

function filled(text, atoms) {
  return text.split(HELD).flatMap((part, index) => (index ? [atoms.shift(), decode(part)] : [decode(part)]));
}

function controls(text, names) {
  return text
    .split(/<([^<>\n]+)>/)
    .map((part, index) => (index % 2 ? sequence(part, names) : decode(part)));
}

// What stands between < and >: a person, a channel, everybody, a date, or a link.
export function sequence(inside, names) {
  const [target, label] = inside.split(/\|(.*)/s);
  switch (target[0]) {
    case "@":
      return mention(`@${names.person(target.slice(1))}`, target.slice(1) === names.me);
    case "#":
      return mention(`#${label ? decode(label) : names.channel(target.slice(1))}`, false);
    case "!":
      return special(target.slice(1), label);
    default:
      return link(decode(target), decode(label || target));
  }
}

function special(name, label) {
  if (/^(here|channel|everyone)$/.test(name)) return mention(`@${name}`, true);
  return make("span", { text: decode(label || `<!${name}>`) });
}

export const mention = (words, mine) => make("span", { class: mine ? "mention mine" : "mention", text: words });

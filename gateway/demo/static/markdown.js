// A markdown block as Slack draws it: paragraphs, headings, lists, quotations, code, and the styles within a line.
import { link, make } from "./dom.js";
import { decode, HELD, sequence, styled } from "./mrkdwn.js";

const FENCE = /^\s{0,3}(`{3,}|~{3,})/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+/;
const ATOM = /(`+)(?!`)([\s\S]*?[^`])\1(?!`)|\\([!-/:-@[-`{-~])|<([^<>\n]+)>/g;
const STYLE = new RegExp(
  `(?<strong>\\*\\*|__)(?=\\S)(?<b>.+?)(?<=\\S)\\1|~~(?=\\S)(?<s>.+?)(?<=\\S)~~|` +
    `(?<!\\w)(?<em>[*_])(?=[^\\s*_])(?<i>.+?)(?<=\\S)\\k<em>(?!\\w)|\\[(?<label>[^\\]]+)\\]\\((?<target>[^()\\s${HELD}]+)\\)`,
  "s",
);

export const markdown = (text, names) => blocks(text.replaceAll(HELD, "\uFFFD").split("\n"), names);

// Each reader takes lines off the front and returns what it made, or nothing when it is not its turn.
function blocks(lines, names) {
  const left = [...lines];
  const made = [];
  while (left.length) {
    if (!left[0].trim()) left.shift();
    else made.push(fence(left) || line(left, names) || quote(left, names) || list(left, names) || paragraph(left, names));
  }
  return made;
}

function fence(left) {
  const marks = FENCE.exec(left[0])?.[1];
  if (!marks) return null;
  left.shift();
  const end = left.findIndex((one) => one.trim().startsWith(marks) && !one.trim().replaceAll(marks[0], ""));
  const inside = left.splice(0, end < 0 ? left.length : end);
  left.shift();
  return make("pre", { text: decode(inside.join("\n")) });
}

function line(left, names) {
  const heading = HEADING.exec(left[0]);
  if (!heading && !RULE.test(left[0])) return null;
  left.shift();
  return heading ? make("p", { class: "heading" }, ...inline(heading[2], names)) : make("hr");
}

function quote(left, names) {
  const end = left.findIndex((one) => !QUOTE.test(one));
  const inside = left.splice(0, end < 0 ? left.length : end).map((one) => one.replace(QUOTE, ""));
  return inside.length ? make("blockquote", {}, ...blocks(inside, names)) : null;
}

// Items of one kind; what is indented below an item belongs to it.
function list(left, names) {
  const first = ITEM.exec(left[0]);
  if (!first) return null;
  const number = parseInt(first[2], 10);
  const made = Number.isNaN(number) ? make("ul") : make("ol", { start: number });
  for (let item = first; item && Number.isNaN(parseInt(item[2], 10)) === Number.isNaN(number); ) {
    const inside = [left.shift().slice(item[0].length)];
    while (left.length && (/^\s{2,}\S/.test(left[0]) || (!left[0].trim() && /^\s{2,}\S/.test(left[1] || "")))) {
      inside.push(left.shift().slice(item[0].length));
    }
    made.append(make("li", {}, ...tight(blocks(inside, names))));
    item = left.length ? ITEM.exec(left[0]) : null;
  }
  return made;
}

// A lone paragraph in an item is drawn without its space.
const tight = (nodes) => (nodes[0]?.tagName === "P" ? [...nodes[0].childNodes, ...nodes.slice(1)] : nodes);

function paragraph(left, names) {
  const begins = (one) => !one.trim() || [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(one));
  const end = left.findIndex((one, index) => index && begins(one));
  return make("p", {}, ...inline(left.splice(0, end < 0 ? left.length : end).join("\n"), names));
}

function inline(text, names) {
  const atoms = [];
  const held = text.replace(ATOM, (whole, marks, code, escaped, control) => {
    if (code !== undefined) atoms.push(make("code", { text: decode(/^ .* $/s.test(code) ? code.slice(1, -1) : code) }));
    else atoms.push(escaped ? document.createTextNode(escaped) : sequence(control, names));
    return HELD;
  });
  return spans(held, atoms);
}

function spans(text, atoms) {
  const element = ({ groups }) => {
    if (groups.label) return link(decode(groups.target));
    return make(groups.b ? "b" : groups.s ? "s" : "i");
  };
  const words = ({ groups }) => groups.b || groups.s || groups.i || groups.label;
  return styled(text, atoms, STYLE, element, words);
}

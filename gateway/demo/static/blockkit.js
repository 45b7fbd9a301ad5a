// Block Kit as Slack draws it. `on` says what is behind it: { names, press(block, element, choose), field(block) }.
// Nothing is fetched: an image is its description.
import { link, make } from "./dom.js";
import { markdown } from "./markdown.js";
import { decode, mention, mrkdwn } from "./mrkdwn.js";

// What no other element of the same blocks is called.
export const place = (block, element) => `${block.block_id}/${element.action_id}`;

export const plain = (text) => decode(text?.text || "");

export const words = (text, names) => (text.type === "mrkdwn" ? mrkdwn(text.text, names) : [plain(text)]);

export const draw = (blocks, on) => blocks.map((block) => (DRAWN[block.type] || unknown)(block, on));

const DRAWN = {
  header: (block) => make("h4", { class: "bk-header", text: plain(block.text) }),
  divider: () => make("hr"),
  section,
  context: (block, on) => make("div", { class: "bk-context" }, ...block.elements.map((one) => small(one, on))),
  markdown: (block, on) => make("div", { class: "bk-markdown" }, ...markdown(block.text, on.names)),
  actions: (block, on) => make("div", { class: "bk-actions" }, ...block.elements.map((one) => used(block, one, on))),
  image: (block) => image(block),
  input: (block, on) => on.field(block),
  rich_text: (block, on) => make("div", { class: "bk-section" }, ...block.elements.map((one) => rich(one, on.names))),
};

const unknown = (block) => make("p", { class: "quiet", text: `(a block of type ${block.type})` });

const image = (one) => make("span", { class: "quiet", text: `(image: ${one.alt_text})` });

function section(block, on) {
  const made = make("div", { class: "bk-section" });
  if (block.text) made.append(...words(block.text, on.names));
  if (block.fields) made.append(make("div", { class: "bk-fields" }, ...block.fields.map((one) => small(one, on))));
  if (block.accessory) made.append(used(block, block.accessory, on));
  return made;
}

const small = (one, on) => (one.type === "image" ? image(one) : make("div", {}, ...words(one, on.names)));

// A button or a menu, drawn where it can be used at once.
function used(block, element, on) {
  if (element.type === "image") return image(element);
  if (element.type === "button") return button(block, element, on);
  if (element.options) return menu(block, element, on);
  return make("span", { class: "quiet", text: `(a ${element.type})` });
}

function button(block, element, on) {
  const look = { class: `bk-button ${element.style || ""}`, "aria-label": element.accessibility_label };
  const press = () => on.press(block, element);
  if (!element.url) return make("button", { ...look, type: "button", text: plain(element.text), onclick: press });
  const made = link(element.url, plain(element.text));
  made.className = look.class;
  made.addEventListener("click", press);
  return made;
}

function menu(block, element, on) {
  const label = plain(element.placeholder) || "Choose";
  const options = element.options.map((one) => make("option", { value: one.value, text: plain(one.text) }));
  const choose = (event) => on.press(block, element, event.target.value);
  return make("select", { "aria-label": label, onchange: choose }, make("option", { value: "", text: label }), ...options);
}

// What people type arrives as rich text.
function rich(part, names) {
  const children = () => part.elements.map((one) => rich(one, names));
  switch (part.type) {
    case "rich_text_section":
      return make("div", {}, ...part.elements.map((one) => span(one, names)));
    case "rich_text_preformatted":
      return make("pre", {}, ...part.elements.map((one) => span(one, names)));
    case "rich_text_quote":
      return make("blockquote", {}, ...part.elements.map((one) => span(one, names)));
    case "rich_text_list":
      return make(part.style === "ordered" ? "ol" : "ul", {}, ...children().map((one) => make("li", {}, one)));
    default:
      return make("span", { class: "quiet", text: `(${part.type})` });
  }
}

function span(one, names) {
  switch (one.type) {
    case "text":
      return styledBy(one.style, document.createTextNode(one.text));
    case "link":
      return link(one.url, one.text || one.url);
    case "user":
      return mention(`@${names.person(one.user_id)}`, one.user_id === names.me);
    case "channel":
      return mention(`#${names.channel(one.channel_id)}`, false);
    case "broadcast":
      return mention(`@${one.range}`, true);
    default:
      return document.createTextNode(one.name ? `:${one.name}:` : "");
  }
}

function styledBy(style, node) {
  const tags = { bold: "b", italic: "i", strike: "s", code: "code" };
  return Object.keys(tags).reduce((inner, name) => (style?.[name] ? make(tags[name], {}, inner) : inner), node);
}

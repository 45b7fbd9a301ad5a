// One message as Discord shows it: who, when, the words, embeds, what can be pressed, and the thread that began at it.
import { discordMarkdown } from "./discord-markdown.js";
import { link, make } from "./dom.js";

const LOOKS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const BUTTON = 2;
const SELECT = 3;

// `on`: { names, press(message, label), choose(message, labels), open(room), dismiss }.
export function discordMessage(message, on) {
  const body = [
    message.answers && answered(message.answers, on.names),
    head(message, on.names),
    message.loading ? make("p", { class: "quiet", text: `${on.names.person(message.author)} is thinking …` }) : said(message, on),
    ...message.embeds.map((one) => embed(one, on.names)),
    ...message.files.map((name) => make("p", { class: "dc-file", text: `File: ${name}` })),
    ...message.components.map((row) => make("div", { class: "dc-row" }, ...held(row).map((one) => used(message, one, on)))),
    message.thread && opener(message.thread, on),
    message.only_you && make("p", { class: "dc-only", text: "Only you can see this" }),
  ];
  const given = { class: `dc-message${message.only_you ? " whisper" : ""}${message.pings ? " pinged" : ""}` };
  return make("li", given, face(message, on.names), make("div", { class: "dc-main" }, ...body));
}

const held = (row) => row.components || [];

function face(message, names) {
  const name = names.person(message.author);
  const look = names.bot === message.author ? "bot" : `tint-${name.charCodeAt(0) % 4}`;
  return make("span", { class: `avatar ${look}`, "aria-hidden": "true", text: name[0] });
}

function head(message, names) {
  const at = new Date(message.time);
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make(
    "p",
    { class: "dc-head" },
    make("b", { text: names.person(message.author) }),
    message.author === names.bot && make("span", { class: "dc-tag", text: "APP" }),
    make("time", { datetime: message.time, text: clock }),
  );
}

function answered({ author, words }, names) {
  return make("p", { class: "dc-answers" }, make("b", { text: `${names.person(author)} ` }), words);
}

function said(message, on) {
  const edited = message.edited && message.author !== on.names.bot && make("span", { class: "quiet", text: " (edited)" });
  return make("div", { class: "dc-said" }, ...discordMarkdown(message.content, on.names), edited);
}

function embed(one, names) {
  const words = (text) => discordMarkdown(text, names);
  const fields = (one.fields || []).map((field) =>
    make("div", { class: field.inline ? "inline" : "" }, make("h5", {}, ...words(field.name)), make("div", {}, ...words(field.value))),
  );
  const made = make(
    "article",
    { class: "dc-embed" },
    one.author && make("p", { class: "by", text: one.author.name }),
    one.title && make("h4", {}, one.url ? link(one.url, ...words(one.title)) : make("span", {}, ...words(one.title))),
    one.description && make("div", { class: "dc-said" }, ...words(one.description)),
    fields.length > 0 && make("div", { class: "fields" }, ...fields),
    one.footer && make("p", { class: "foot", text: one.footer.text }),
  );
  if (one.color) made.style.borderLeftColor = `#${one.color.toString(16).padStart(6, "0")}`;
  return made;
}

function used(message, one, on) {
  if (one.type === BUTTON) return button(message, one, on);
  if (one.type === SELECT) return menu(message, one, on);
  return make("span", { class: "quiet", text: `(a component of type ${one.type})` });
}

function button(message, one, on) {
  const label = one.label || one.emoji?.name || "";
  if (one.url) {
    const made = link(one.url, `${label} ↗`);
    made.className = "dc-button secondary";
    return made;
  }
  const press = () => on.press(message, label);
  return make("button", { type: "button", class: `dc-button ${LOOKS[one.style]}`, text: label, disabled: one.disabled, onclick: press });
}

function menu(message, one, on) {
  const label = one.placeholder || "Make a selection";
  const several = (one.max_values ?? 1) > 1;
  const options = one.options.map((each) => make("option", { value: each.label, text: described(each) }));
  const select = make("select", { "aria-label": label, disabled: one.disabled, multiple: several });
  const send = () => on.choose(message, [...select.selectedOptions].map((each) => each.value).filter(Boolean));
  select.append(...(several ? [] : [make("option", { value: "", text: label })]), ...options);
  if (!several) select.addEventListener("change", send);
  const done = several && make("button", { type: "button", class: "dc-button secondary", text: "Done", onclick: send });
  return make("span", { class: "dc-menu" }, select, done);
}

const described = (option) => (option.description ? `${option.label} (${option.description})` : option.label);

function opener(thread, on) {
  const many = `${thread.count} ${thread.count === 1 ? "message" : "messages"} ›`;
  const given = { type: "button", class: "dc-thread", onclick: () => on.open(thread.id) };
  return make("button", given, make("b", { text: thread.name }), make("span", { text: many }));
}

// The column at the side: who one is, the conversations one is in, the app, and how Slack reaches Holdpoint.
import { keep, make } from "./dom.js";

const titled = (name) => name[0].toUpperCase() + name.slice(1);
const SIGNS = { im: "H", group: "" };
const WAYS = { socket: "Socket Mode", http: "HTTP" };

// One of several, each a radio button that looks like a part of a switch. Returns { node, show(value, marked) }.
export function choice(legend, name, options, chosen) {
  const labels = Object.entries(options).map(([value, words]) => {
    const input = make("input", { type: "radio", name, value, onchange: () => chosen(value) });
    return make("label", { "data-value": value }, input, make("span", { text: words }));
  });
  const node = make("fieldset", { class: `choice ${name}` }, make("legend", { text: legend }), make("div", {}, ...labels));
  const show = (value, marked = []) => {
    for (const label of labels) {
      label.firstChild.checked = label.dataset.value === value;
      label.classList.toggle("unread", marked.includes(label.dataset.value));
      label.title = marked.includes(label.dataset.value) ? "There is something new" : "";
    }
  };
  return { node, show };
}

// `on`: { sit(name), go(id), way(mode) }; `seats` are the handles of those who can be played.
export function sidebar(box, seats, on) {
  const seat = choice("You are", "seat", Object.fromEntries(seats.map((one) => [one, titled(one)])), on.sit);
  const way = choice("Slack reaches Holdpoint by", "way", WAYS, on.way);
  const channels = make("ul");
  const apps = make("ul");
  box.replaceChildren(
    make("p", { class: "workspace", text: "Acme" }),
    seat.node,
    make("h3", { text: "Channels" }),
    channels,
    make("h3", { text: "Apps" }),
    apps,
    way.node,
  );
  const entry = (item) => {
    const given = { type: "button", class: item.unread ? "unread" : null, onclick: () => on.go(item.id) };
    if (item.here) given["aria-current"] = "page";
    const sign = make("span", { class: `sign ${item.kind}`, "aria-hidden": "true", text: SIGNS[item.kind] ?? "#" });
    const news = item.unread && make("span", { class: "unseen", text: "new messages" });
    return make("li", {}, make("button", given, sign, make("span", { text: item.name }), news));
  };
  return function show({ me, marked, conversations, mode }) {
    seat.show(me, marked);
    way.show(mode);
    keep(channels, conversations.filter((one) => one.kind !== "im"), entry);
    keep(apps, conversations.filter((one) => one.kind === "im"), entry);
  };
}

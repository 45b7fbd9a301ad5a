// The middle of the window: a conversation with its messages, or the app's Home tab.
import { composer } from "./composer.js";
import { atEnd, keep, make } from "./dom.js";
import { drawn } from "./message.js";
import { home } from "./views.js";

const TABS = { home: "Home", messages: "Messages" };

const isRoot = (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";

// What is known about a thread from its root: how many answers there are, and when the last came.
function replies(root, messages) {
  const found = messages.filter((one) => one.thread_ts === root.ts && one.ts !== root.ts);
  const at = found.length ? new Date(Number(found.at(-1).ts) * 1000) : null;
  const clock = at?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return { count: found.length, last: at ? `Last reply at ${clock}` : "" };
}

export const items = (messages) =>
  messages.filter(isRoot).map((message) => ({ key: message.ts, message, replies: replies(message, messages) }));

// `on`: { names, press, pressHome, open(ts), tab(name), write(text) }.
export function talk(box, on) {
  const title = make("h2");
  const about = make("p", { class: "quiet" });
  const tabs = Object.entries(TABS).map(([tab, text]) => make("button", { type: "button", text, onclick: () => on.tab(tab) }));
  const tabbed = make("nav", { class: "app-tabs", "aria-label": "The app" }, ...tabs);
  const list = make("ol");
  const empty = make("div", { class: "empty" });
  const log = make("div", { class: "log", role: "log", tabindex: 0 }, empty, list);
  const homeBox = make("div", { class: "home", role: "region", "aria-label": "Home of the app", tabindex: 0 });
  const write = composer(on.write);
  const showHome = home(homeBox, on.pressHome);
  box.replaceChildren(make("header", {}, title, about, tabbed), homeBox, log, write.node);
  let shown = "";

  function begin(at, name) {
    shown = `${at.me} ${at.channel}`;
    list.replaceChildren();
    log.setAttribute("aria-label", `Messages in ${name}`);
  }

  return function show({ at, here, messages, view, atHome }) {
    const direct = here.kind === "im";
    const name = direct ? "Holdpoint" : `#${here.name}`;
    title.textContent = name;
    about.textContent = direct ? "App" : members(here, on.names);
    tabbed.hidden = !direct;
    tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", Object.keys(TABS)[index] === (atHome ? "home" : "messages")));
    homeBox.hidden = !atHome;
    log.hidden = write.node.hidden = atHome;
    write.show(`${at.me} ${at.channel}`, direct ? "Message Holdpoint" : `Message ${name}`);
    showHome(view, on.names);
    const anew = shown !== `${at.me} ${at.channel}`;
    if (anew) begin(at, name);
    atEnd(log, () => keep(list, items(messages), (item) => drawn(item, on)));
    if (anew) log.scrollTop = log.scrollHeight;
    suggest(empty, messages.length === 0, direct ? "" : "@holdpoint ", write);
  };
}

const members = (here, names) => {
  const many = here.members.length;
  const how = here.members.includes(names.bot) ? "Mention @holdpoint to ask it." : "Holdpoint is not one of them.";
  return `${many} members. ${how}`;
};

// In an empty conversation, something to begin with.
export function suggest(box, wanted, mention, write) {
  if (!wanted) return box.replaceChildren();
  if (box.childElementCount) return;
  const text = `${mention}Please deploy 1.4.2 to production.`;
  const fill = make("button", { type: "button", class: "bk-button", text, onclick: () => write.fill(text) });
  box.replaceChildren(make("p", { text: "Nothing was said here yet. Begin with:" }), fill);
}

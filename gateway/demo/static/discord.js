// The Discord pane: one person's window on the local Discord. It asks what there is to see, has it drawn, and does what
// the person does. Everything goes through this page's own server.
import { again, get, post } from "./ask.js";
import { composer } from "./composer.js";
import { discordForm } from "./discord-form.js";
import { discordMessage } from "./discord-message.js";
import { discordRooms } from "./discord-rooms.js";
import { atEnd, keep, make } from "./dom.js";
import { suggest } from "./talk.js";

const ROOM = "general";
const at = { me: "", room: "" };
const seen = new Map();
let seats = [];
let there = null;
let looks = 0;
let doing = 0;
let pane;

const room = (id) => there.rooms.find((one) => one.id === id);

const names = {
  get bot() {
    return there.bot;
  },
  person: (id) => there.people[id] || id,
  role: (id) => there.roles[id] || id,
  room: (id) => room(id)?.name || id,
};

const titles = { direct: () => "Holdpoint", channel: (one) => `#${one.name}`, thread: (one) => one.name };
const titleOf = (one) => titles[one.kind](one);

// What the person does

async function act(order, body = {}) {
  say("");
  doing += 1;
  try {
    return (await post(`/discord/${order}`, body)) ?? {};
  } catch (error) {
    say(error.message);
    return null;
  } finally {
    doing -= 1;
    soon();
  }
}

// What waits for the app's answer. Why it failed is said, as Discord does.
async function ask(order, body) {
  const asked = await act(order, { person: at.me, ...body });
  if (asked?.failed) say(asked.failed);
  return asked;
}

async function write(text) {
  const command = /^\/(\S+)\s*(.*)$/s.exec(text);
  if (!command) return Boolean(await ask("say", { channel: at.room, text }));
  const options = command[2] ? { what: command[2] } : {};
  const asked = await ask("slash", { channel: at.room, name: command[1], options });
  return Boolean(asked) && !asked.failed;
}

const on = {
  names,
  press: (message, label) => ask("click", { message: message.id, label }),
  choose: (message, labels) => labels.length && ask("choose", { message: message.id, labels }),
  open: (id) => move({ room: id }),
};

// Where the person is

// Direct messages are each person's own.
const sit = (me) => move({ me, room: room(at.room)?.kind === "direct" ? "" : at.room });

function move(where) {
  Object.assign(at, where);
  looks += 1;
  soon();
}

function say(words) {
  document.getElementById("discord-said").textContent = words;
}

// What the person sees

// By person, the rooms with something new.
function unread() {
  const fresh = {};
  for (const [seat, newest] of Object.entries(there.newest)) {
    fresh[seat] = Object.keys(newest).filter((id) => {
      const key = `${seat} ${id}`;
      const looked = seat === at.me && id === at.room && pane.root.offsetParent;
      if (!seen.has(key) || looked) seen.set(key, newest[id]);
      return newest[id] !== seen.get(key);
    });
  }
  return fresh;
}

// An older look than the last is of no use, nor what was seen while something was being done: it may be from before.
async function refresh() {
  const look = ++looks;
  const found = await get("/discord/window", { person: at.me, room: at.room });
  if (look !== looks || doing) return;
  there = found;
  at.room = there.room;
  show();
}

const soon = () => refresh().catch((error) => console.error(error));

function show() {
  const fresh = unread();
  const marked = seats.filter((one) => one !== at.me && fresh[one].length);
  const rooms = there.rooms.map((one) => ({
    ...one,
    key: one.id,
    name: one.name || "Holdpoint",
    here: one.id === at.room,
    unread: fresh[at.me].includes(one.id),
  }));
  pane.rooms({ me: at.me, marked, rooms, connections: there.connections });
  pane.talk();
  pane.form(pane.root.offsetParent ? there.form : null);
}

function talk(box) {
  const title = make("h2");
  const about = make("p", { class: "quiet" });
  const list = make("ol");
  const empty = make("div", { class: "empty" });
  const log = make("div", { class: "log", role: "log", tabindex: 0 }, empty, list);
  const compose = composer(write);
  box.replaceChildren(make("header", {}, title, about), log, compose.node);
  let shown = "";

  return function show() {
    const here = room(at.room);
    title.textContent = titleOf(here);
    about.textContent = aboutOf(here);
    log.setAttribute("aria-label", `Messages in ${titleOf(here)}`);
    compose.show(`${at.me} ${at.room}`, `Message ${titleOf(here)}`);
    const anew = shown !== `${at.me} ${at.room}`;
    shown = `${at.me} ${at.room}`;
    const items = there.messages.map((one) => ({ ...one, key: one.id }));
    atEnd(log, () => keep(list, items, (one) => discordMessage(one, on)));
    if (anew) log.scrollTop = log.scrollHeight;
    suggest(empty, items.length === 0, here.kind === "direct" ? "" : "@holdpoint ", compose);
  };
}

function aboutOf(here) {
  if (here.kind === "direct") return "Write, or type /ask, /status or /stop.";
  if (here.kind === "thread") return here.archived ? `Archived thread in #${names.room(here.parent)}` : `Thread in #${names.room(here.parent)}`;
  return "Mention @holdpoint to ask it.";
}

// Begins: as the first of those who can be played, in the first channel.
export async function discord(root, troubled) {
  there = await get("/discord/window");
  seats = Object.keys(there.newest);
  at.me = seats[0];
  at.room = there.rooms.find((one) => one.name === ROOM).id;
  const part = (name) => root.querySelector(`.${name}`);
  const submit = async (values) => (await act("submit", { person: at.me, values })) ?? {};
  pane = {
    root,
    rooms: discordRooms(part("dc-side"), there.server, seats, {
      sit,
      go: (id) => move({ room: id }),
      drop: () => act("drop"),
    }),
    talk: talk(part("dc-talk")),
    form: discordForm(root, { submit, close: () => act("close", { person: at.me }) }),
  };
  await again(refresh, troubled);
}

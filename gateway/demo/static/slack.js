// The Slack pane: one person's window on the local Slack. It asks what there is to see, has it drawn, and does what
// the person does. Everything goes through this page's own server.
import { again, get, post } from "./ask.js";
import { place } from "./blockkit.js";
import { sidebar } from "./sidebar.js";
import { talk } from "./talk.js";
import { thread } from "./thread.js";
import { modal, sure } from "./views.js";

const ROOM = "deploys";
const LATE = "Holdpoint did not answer in time.";
const at = { me: "", channel: "", tab: "messages", thread: "" };
const seen = new Map();
let people = [];
let channels = [];
let newest = {};
let looks = 0;
let doing = 0;
let pane;

const known = (id) => people.find((one) => one.id === id);

const names = {
  get me() {
    return people.find((one) => one.name === at.me)?.id;
  },
  get bot() {
    return people.find((one) => one.kind === "bot")?.id;
  },
  person: (id) => known(id)?.name || id,
  author: (id) => known(id)?.real_name || id,
  channel: (id) => channels.find((one) => one.id === id)?.name || id,
};

const directOf = (seat) => Object.keys(newest[seat]).find((id) => id.startsWith("D"));
const direct = () => directOf(at.me);
const atHome = () => at.tab === "home" && at.channel === direct();

// What the person does

async function act(order, body) {
  say("");
  doing += 1;
  try {
    return (await post(`/slack/${order}`, body)) ?? {};
  } catch (error) {
    say(error.message);
    return null;
  } finally {
    doing -= 1;
    soon();
  }
}

const mine = (order, body) => act(order, { person: at.me, ...body });

// What waits for the app's answer: a press, a command.
async function ask(order, body) {
  const asked = await mine(order, body);
  if (asked?.acknowledged === false) say(LATE);
  return asked;
}

async function press(order, element, body) {
  if (element.confirm && !(await sure(element.confirm, names))) return;
  await ask(order, body);
}

const pressMessage = (message, block, element, choose) =>
  press("click", element, { channel: message.channel, ts: message.ts, name: place(block, element), choose });

const pressView = (home) => (block, element, choose) =>
  press("click-view", element, { name: place(block, element), choose, home });

async function write(text) {
  const command = /^(\/\S+)\s*(.*)$/s.exec(text);
  if (command) return Boolean(await ask("slash", { channel: at.channel, command: command[1], text: command[2] }));
  const said = await mine("say", { channel: at.channel, text });
  if (said && (text.includes("@holdpoint") || at.channel === direct())) move({ thread: said.ts });
  return Boolean(said);
}

async function answer(text) {
  if (!text.startsWith("/")) return Boolean(await mine("say", { channel: at.channel, thread: at.thread, text }));
  say("Commands do not work in threads.");
  return false;
}

// Where the person is

function move(there) {
  Object.assign(at, { thread: "" }, there);
  looks += 1;
  if (atHome()) mine("open", { home: true });
  else soon();
}

// Somebody else sits down: at the same place if there is one for them, else at their own messages with the app.
function sit(me) {
  const stays = at.channel in newest[me];
  move({ me, channel: stays ? at.channel : directOf(me), thread: stays ? at.thread : "" });
}

function say(words) {
  document.getElementById("slack-said").textContent = words;
}

// What the person sees

// By person, the conversations with something new.
function unread() {
  const fresh = {};
  for (const [seat, latest] of Object.entries(newest)) {
    fresh[seat] = Object.keys(latest).filter((id) => {
      const key = `${seat} ${id}`;
      if (!seen.has(key) || (seat === at.me && id === at.channel && !atHome())) seen.set(key, latest[id]);
      return latest[id] > seen.get(key);
    });
  }
  return fresh;
}

const entry = (fresh) => (one) => ({
  key: one.id,
  id: one.id,
  name: one.kind === "im" ? "Holdpoint" : one.name,
  kind: one.kind,
  here: one.id === at.channel,
  unread: fresh[at.me].includes(one.id),
});

// An older look than the last is of no use, nor what was seen while something was being done: it may be from before.
async function refresh() {
  const look = ++looks;
  const [latest, listed, messages, screen, session, way] = await Promise.all([
    get("/slack/newest"),
    get("/slack/channels", { person: at.me }),
    get("/slack/messages", { person: at.me, channel: at.channel }),
    get("/slack/screen", { person: at.me }),
    at.thread ? get("/slack/session", { channel: at.channel, thread: at.thread }) : null,
    get("/slack/transport"),
  ]);
  if (look !== looks || doing) return;
  newest = latest;
  channels = listed;
  show({ fresh: unread(), messages, screen, session, mode: way.mode });
}

const soon = () => refresh().catch((error) => console.error(error));

function show({ fresh, messages, screen, session, mode }) {
  const marked = Object.keys(fresh).filter((seat) => seat !== at.me && fresh[seat].length);
  const here = channels.find((one) => one.id === at.channel);
  pane.side({ me: at.me, marked, mode, conversations: channels.map(entry(fresh)) });
  pane.talk({ at, here, messages, view: screen.home, atHome: atHome() });
  pane.thread({ at, here, messages, session });
  pane.modal(screen.modals, names);
}

function built(root, seats) {
  const part = (name) => root.querySelector(`.${name}`);
  const on = { names, press: pressMessage, open: (ts) => move({ thread: ts }) };
  const stop = (ts) => ask("stop", { channel: at.channel, ts });
  const submit = async (values) => (await mine("submit", { values })) ?? {};
  return {
    side: sidebar(part("side"), seats, { sit, go: (channel) => move({ channel }), way: (mode) => act("transport", { mode }) }),
    talk: talk(part("talk"), { ...on, write, pressHome: pressView(true), tab: (tab) => move({ tab }) }),
    thread: thread(part("thread"), { ...on, answer, stop, close: () => move({}) }),
    modal: modal({ submit, close: () => mine("close"), press: pressView(false) }),
  };
}

// Begins: as the first of those who can be played, in the room for deployments.
export async function slack(root, troubled) {
  people = await get("/slack/people");
  newest = await get("/slack/newest");
  const seats = Object.keys(newest);
  at.me = seats[0];
  channels = await get("/slack/channels", { person: at.me });
  at.channel = channels.find((one) => one.name === ROOM).id;
  pane = built(root, seats);
  await again(refresh, troubled);
}

// The column at the right: one thread, what the agent in it is doing, and a place to answer.
import { composer } from "./composer.js";
import { atEnd, keep, make } from "./dom.js";
import { drawn } from "./message.js";

const STATES = { processing: "Holdpoint is at work …", suspended: "Holdpoint is waiting for an answer" };

// `on`: { names, press, open, answer(text), close(), stop(ts) }.
export function thread(box, on) {
  const about = make("p", { class: "quiet" });
  const close = make("button", { type: "button", class: "quiet-button", text: "Close", "aria-label": "Close the thread", onclick: on.close });
  const list = make("ol");
  const log = make("div", { class: "log", role: "log", tabindex: 0 }, list);
  const words = make("span", { role: "status" });
  const stop = make("button", { type: "button", class: "bk-button stop", text: "Stop" });
  const session = make("p", { class: "session" }, words, stop);
  const write = composer(on.answer);
  box.replaceChildren(make("header", {}, make("h2", { text: "Thread" }), about, close), log, session, write.node);
  let shown = "";

  function status(now, ts) {
    words.textContent = now?.text || STATES[now?.status] || "";
    session.dataset.status = now?.status || "";
    stop.hidden = now?.status !== "processing";
    stop.onclick = () => on.stop(ts);
  }

  return function show({ at, here, messages, session: now }) {
    box.hidden = !at.thread;
    if (!at.thread) return;
    const name = here.kind === "im" ? "Holdpoint" : `#${here.name}`;
    about.textContent = name;
    log.setAttribute("aria-label", `Thread in ${name}`);
    write.show(`${at.me} ${at.channel} ${at.thread}`, "Reply");
    status(now, at.thread);
    const place = `${at.me} ${at.thread}`;
    const anew = place !== shown;
    if (anew) list.replaceChildren();
    shown = place;
    const inside = messages.filter((one) => (one.thread_ts || one.ts) === at.thread);
    atEnd(log, () => keep(list, inside.map((message) => ({ key: message.ts, message })), (item) => drawn(item, on)));
    if (anew) log.scrollTop = log.scrollHeight;
  };
}

// What the house knows: what runs where, and the events of the latest threads.
import { keep, make } from "./dom.js";

function detail(event) {
  const call = event.call ? `${event.call.tool} ${event.call.arguments}` : "";
  return [call, event.text, event.question, event.outcome, event.reason, event.content, event.kind].filter(Boolean).join(" - ");
}

// A thread stays opened or closed as somebody left it.
function drawn(thread, old) {
  const events = thread.events.map((event) =>
    make("li", {}, make("b", { text: event.type }), make("span", { text: `: ${detail(event)}` })),
  );
  const summary = make("summary", { text: `${thread.id} (${thread.status})` });
  return make("details", { open: old ? old.open : true }, summary, make("ol", {}, ...events));
}

export function inside(state) {
  const running = Object.entries(state.running).map(([name, version]) => ({ key: name, text: `${name}: ${version}` }));
  keep(document.getElementById("running"), running, (one) => make("span", { class: "runs", text: one.text }));
  keep(document.getElementById("threads"), state.threads.map((one) => ({ ...one, key: one.id })), drawn);
  document.getElementById("no-threads").hidden = state.threads.length > 0;
}

// The column at the side: who one is, the direct messages, the channels with their threads, and the bot's connection.
import { keep, make } from "./dom.js";
import { choice } from "./sidebar.js";

const titled = (name) => name[0].toUpperCase() + name.slice(1);
const SIGNS = { direct: "H", channel: "#", thread: "↳" };

// `on`: { sit(name), go(id), drop() }; `seats` are the handles of those who can be played.
export function discordRooms(box, server, seats, on) {
  const seat = choice("You are", "discord-seat", Object.fromEntries(seats.map((one) => [one, titled(one)])), on.sit);
  const direct = make("ul");
  const channels = make("ul");
  const state = make("p", { role: "status" });
  const drop = make("button", { type: "button", class: "dc-button secondary", text: "Drop the connection", onclick: on.drop });
  box.replaceChildren(
    make("p", { class: "dc-server", text: server }),
    seat.node,
    make("div", { class: "dc-rooms" }, make("h3", { text: "Direct messages" }), direct, make("h3", { text: "Channels" }), channels),
    make("div", { class: "dc-line" }, state, drop),
  );
  const entry = (item) => {
    const given = { type: "button", class: `dc-to-${item.kind}${item.unread ? " unread" : ""}`, onclick: () => on.go(item.id) };
    if (item.here) given["aria-current"] = "page";
    const sign = make("span", { class: "sign", "aria-hidden": "true", text: SIGNS[item.kind] });
    const news = item.unread && make("span", { class: "unseen", text: "new messages" });
    return make("li", {}, make("button", given, sign, make("span", { class: "name", text: item.name }), news));
  };
  return function show({ me, marked, rooms, connections }) {
    seat.show(me, marked);
    keep(direct, rooms.filter((one) => one.kind === "direct"), entry);
    keep(channels, rooms.filter((one) => one.kind !== "direct"), entry);
    state.textContent = connections ? "Holdpoint is connected" : "Holdpoint is not connected";
    state.dataset.connected = String(connections > 0);
    drop.disabled = connections === 0;
  };
}

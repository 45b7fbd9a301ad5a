// The phones pane: what each phone shows, by SMS and by WhatsApp, and a place to write. It asks only this page's server.
import { again, get, post } from "./ask.js";
import { composer } from "./composer.js";
import { atEnd, keep, link, make } from "./dom.js";

const WAYS = { sms: "SMS", whatsapp: "WhatsApp" };
// The link of a request is the only one made of words: whoever writes to us may write any other.
const PAGE = /(https?:\/\/[\w.:-]+\/d\/[\w.~-]+)/;

const own = (bubble) => bubble.direction === "out";

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const words = (body) => body.split(PAGE).map((part, index) => (index % 2 ? link(part, part) : part));

function outcome({ sid, status, error_code: code }) {
  if (!sid) return "by the carrier";
  return code ? `${status} (${code})` : status;
}

// What it cost, how it was written, what became of it.
function fate(bubble) {
  const paid = `${bubble.segments} ${bubble.segments === 1 ? "segment" : "segments"}`;
  const how = bubble.channel === "sms" ? [bubble.encoding === "GSM-7" ? paid : `${paid} (${bubble.encoding})`] : [];
  return [clock(bubble.time), ...how, outcome(bubble)].join(" · ");
}

function drawn(bubble, press) {
  const buttons = bubble.buttons.map((title) =>
    make("button", { type: "button", text: title, onclick: () => press(bubble.sid, title) }),
  );
  return make(
    "li",
    { class: own(bubble) ? "bubble mine" : "bubble", "aria-label": own(bubble) ? "Sent" : "Received" },
    make("p", { class: "body" }, ...words(bubble.body)),
    ...bubble.media.map((name) => make("p", { class: "media", text: `Attached: ${name}` })),
    buttons.length > 0 && make("div", { class: "quick" }, ...buttons),
    make("p", { class: "fate", text: fate(bubble) }),
  );
}

// One phone. `act(order, body)` resolves to what is wrong, if anything. Returns show(phone, bubbles).
function handset(box, { name, number }, act) {
  let way = "sms";
  let last = [];
  const said = make("p", { class: "trouble", role: "alert" });
  const mine = async (order, body) => {
    const wrong = await act(order, { phone: number, ...body });
    said.textContent = wrong;
    return !wrong;
  };
  const tabs = Object.entries(WAYS).map(([one, text]) =>
    make("button", { type: "button", text, "data-way": one, onclick: () => turn(one) }),
  );
  const power = make("button", { type: "button", class: "power" });
  const list = make("ol");
  const log = make("div", { class: "screen", role: "log", tabindex: 0, "aria-label": `Messages on ${name}’s phone` }, list);
  const write = composer((body) => mine("text", { body, channel: way }));
  const title = make("div", {}, make("h2", { text: `${name}’s phone` }), make("p", { class: "quiet", text: number }));
  const out = make("span", { class: "out", text: "opted out" });
  const apps = make("nav", { "aria-label": "Apps" }, ...tabs);
  box.replaceChildren(make("header", {}, title, out, power, apps), log, said, write.node);

  function turn(wanted) {
    way = wanted;
    list.replaceChildren();
    show(...last);
  }

  function show(phone, bubbles) {
    last = [phone, bubbles];
    const items = bubbles.map((one, index) => ({ ...one, key: String(index) }));
    for (const tab of tabs) tab.setAttribute("aria-pressed", tab.dataset.way === way);
    power.textContent = phone.on ? "Switch off" : "Switch on";
    power.onclick = () => mine("switch", { on: !phone.on });
    out.hidden = !phone.opted_out;
    box.classList.toggle("off", !phone.on);
    write.show(`${number} ${way}`, `${WAYS[way]} from ${name}`);
    const press = (sid, title) => mine("press", { sid, title });
    const here = items.filter((one) => one.channel === way);
    atEnd(log, () => keep(list, here, (bubble) => drawn(bubble, press)));
  }
  return show;
}

// Begins. `tab` is what leads to the pane; it is marked when something came while the pane was not to be seen.
export async function phones(pane, tab, troubled) {
  const news = make("span", { class: "unseen", text: "new messages" });
  const shows = new Map();
  let seen = 0;
  let looks = 0;

  function show(phone, bubbles) {
    if (!shows.has(phone.number)) {
      const box = make("section", { class: "phone", "aria-label": `${phone.name}’s phone` });
      pane.querySelector(".phones").append(box);
      shows.set(phone.number, handset(box, phone, act));
    }
    shows.get(phone.number)(phone, bubbles);
  }

  // An older look than the last is of no use.
  async function look() {
    const mine = ++looks;
    const all = await get("/twilio/phones");
    const bubbles = await Promise.all(all.map(({ number }) => get("/twilio/messages", { phone: number })));
    if (mine !== looks) return;
    all.forEach((phone, index) => show(phone, bubbles[index]));
    const received = bubbles.flat().filter((one) => !own(one)).length;
    if (pane.offsetParent) seen = received;
    const fresh = received > seen;
    tab.classList.toggle("unread", fresh);
    if (fresh) tab.append(news);
    else news.remove();
  }

  async function act(order, body) {
    try {
      await post(`/twilio/${order}`, body);
    } catch (error) {
      return error.message;
    }
    look().catch((error) => console.error(error));
    return "";
  }

  await again(look, troubled);
}

// The demo page: which pane is looked at, and what is asked of the server once a second.
import { again, get, post } from "./ask.js";
import { discord } from "./discord.js";
import { inside } from "./inside.js";
import { mailbox, mails } from "./mail.js";
import { phones } from "./phones.js";
import { slack } from "./slack.js";

const PANES = ["slack", "discord", "mail", "phones", "inside"];
// Wide enough for the phones to stand beside another pane.
const wide = matchMedia("(min-width: 1400px)");
const mailboxes = document.querySelectorAll(".person");

function turn() {
  const wanted = PANES.includes(location.hash.slice(1)) ? location.hash.slice(1) : PANES[0];
  const beside = wide.matches && (wanted === "slack" || wanted === "mail");
  document.querySelector("main").classList.toggle("beside", beside);
  for (const name of PANES) {
    document.getElementById(`pane-${name}`).hidden = name !== wanted && !(beside && name === "phones");
    const tab = document.querySelector(`.panes a[href="#${name}"]`);
    if (name === wanted) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

async function look() {
  const state = await get("/state");
  if (!mailboxes[0].childElementCount) mailboxes.forEach((section) => mailbox(section, state));
  inside(state);
  await mails(state);
}

// What is out of reach, by who could not reach it.
const out = new Set();

const troubled = (who) => (is) => {
  if (is) out.add(who);
  else out.delete(who);
  document.getElementById("offline").hidden = out.size === 0;
};

document.getElementById("later").addEventListener("click", () => post("/clock/25", {}));
addEventListener("hashchange", turn);
wide.addEventListener("change", turn);
turn();
again(look, troubled("house"));
phones(document.getElementById("pane-phones"), document.querySelector('.panes a[href="#phones"]'), troubled("phones"));
slack(document.getElementById("slack"), troubled("slack")).catch(() => troubled("slack")(true));
discord(document.getElementById("discord"), troubled("discord")).catch(() => troubled("discord")(true));

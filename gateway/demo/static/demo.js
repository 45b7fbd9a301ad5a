// The demo page: asks for the state once a second and draws what is new. Untrusted text is only ever textContent.
"use strict";

const shown = new Map();
let people = {};
let bot = "";

const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function mailbox(section) {
  section.append(document.getElementById("mailbox").content.cloneNode(true));
  const name = section.dataset.name;
  section.querySelector("h2").textContent = name;
  const input = section.querySelector("input");
  input.placeholder = name === "Ana" ? "Please deploy 1.4.2 to production." : "Write something";
  section.querySelector(".compose").addEventListener("submit", async (event) => {
    event.preventDefault();
    await post("/_control/send", { sender: people[name], to: bot, subject: "A request", text: input.value });
    input.value = "";
  });
}

function letter(list, owner, mail) {
  const item = document.getElementById("letter").content.cloneNode(true);
  item.querySelector(".head").textContent = `${mail.sender}: ${mail.subject}`;
  item.querySelector("pre").textContent = mail.text;
  const link = mail.text.match(/http:\/\/\S+\/d\/\S+/);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link[0];
    anchor.target = "_blank";
    anchor.rel = "noreferrer";
    anchor.textContent = "Look and decide";
    item.querySelector(".link").append(anchor);
  }
  const input = item.querySelector("input");
  const code = mail.text.match(/APPROVE \d{6}/);
  if (code) input.value = code[0];
  item.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await post("/_control/reply", { person: owner, uid: mail.uid, text: input.value });
    input.value = "";
  });
  list.prepend(item);
}

async function mails() {
  for (const section of document.querySelectorAll(".person")) {
    const owner = people[section.dataset.name];
    const letters = await (await fetch(`/_control/mailboxes/${owner}`)).json();
    for (const mail of letters.slice(shown.get(owner) || 0)) letter(section.querySelector(".letters"), owner, mail);
    shown.set(owner, letters.length);
  }
}

function line(text, kind) {
  const element = document.createElement(kind || "p");
  element.textContent = text;
  return element;
}

function detail(event) {
  const call = event.call ? `${event.call.tool} ${event.call.arguments}` : "";
  return [call, event.text, event.outcome, event.reason, event.content, event.kind].filter(Boolean).join(" - ");
}

function house(state) {
  const running = document.getElementById("running");
  running.replaceChildren(...Object.entries(state.running).map(([name, version]) => line(`${name}: ${version}`)));
  const threads = state.threads.map((thread) => {
    const box = document.createElement("details");
    box.open = true;
    box.append(line(`${thread.id} (${thread.status})`, "summary"));
    const list = document.createElement("ol");
    list.append(...thread.events.map((event) => line(`${event.type}: ${detail(event)}`, "li")));
    box.append(list);
    return box;
  });
  document.getElementById("threads").replaceChildren(...threads);
}

async function look() {
  try {
    const state = await (await fetch("/state")).json();
    const first = !bot;
    people = state.people;
    bot = state.bot;
    if (first) document.querySelectorAll(".person").forEach(mailbox);
    house(state);
    await mails();
  } finally {
    setTimeout(look, 1000);
  }
}

document.getElementById("later").addEventListener("click", () => post("/clock/25", {}));
look();

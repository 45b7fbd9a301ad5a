// The mail pane: two mailboxes. A letter is drawn once and then left alone, and so is what is being written below it.
import { get, post } from "./ask.js";
import { link, make } from "./dom.js";

const shown = new Map();

// A line to write and send. What is written while a mail is under way stays.
function line(label, value, placeholder, send) {
  const input = make("input", { required: true, autocomplete: "off", value, placeholder });
  const form = make("form", {}, make("label", {}, make("span", { text: label }), input), make("button", { text: "Send" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value;
    input.value = "";
    try {
      await send(text);
    } catch {
      input.value ||= text;
    }
  });
  return form;
}

export function mailbox(section, state) {
  const { name } = section.dataset;
  const hint = name === "Ana" ? "Please deploy 1.4.2 to production." : "Write something";
  const send = (text) => post("/_control/send", { sender: state.people[name], to: state.bot, subject: "A request", text });
  const compose = line("To Holdpoint", "", hint, send);
  compose.classList.add("compose");
  section.append(make("h2", { text: `${name}’s mail` }), compose, make("ol", { class: "letters", "aria-live": "polite" }));
}

function letter(owner, mail) {
  const found = mail.text.match(/http:\/\/\S+\/d\/\S+/);
  const code = mail.text.match(/APPROVE \d{6}/);
  const reply = line("Reply", code?.[0] ?? "", null, (text) => post("/_control/reply", { person: owner, uid: mail.uid, text }));
  reply.classList.add("reply");
  return make(
    "li",
    {},
    make("p", { class: "head", text: `${mail.sender}: ${mail.subject}` }),
    make("pre", { text: mail.text }),
    found && make("p", { class: "link" }, link(found[0], "Look and decide")),
    reply,
  );
}

export async function mails(state) {
  for (const section of document.querySelectorAll(".person")) {
    const owner = state.people[section.dataset.name];
    const letters = await get(`/_control/mailboxes/${owner}`);
    for (const mail of letters.slice(shown.get(owner) || 0)) section.querySelector(".letters").prepend(letter(owner, mail));
    shown.set(owner, letters.length);
  }
}

// What Slack puts over or beside a conversation: the confirm dialog, the modal on top, and the Home tab.
import { draw, place, plain, words } from "./blockkit.js";
import { make } from "./dom.js";
import { complain, entries, field } from "./inputs.js";

const TROUBLE = "We had some trouble connecting. Try again?";

// Asks before a press has its effect. Resolves to whether it may.
export function sure(confirm, names) {
  return new Promise((answer) => {
    const yes = make("button", { class: `bk-button ${confirm.style || "primary"}`, text: plain(confirm.confirm), value: "yes" });
    const no = make("button", { class: "bk-button", text: plain(confirm.deny), value: "no" });
    const title = make("h3", { id: "sure-title", text: plain(confirm.title) });
    const text = make("div", {}, ...words(confirm.text, names));
    const form = make("form", { method: "dialog" }, title, text, make("div", { class: "ends" }, no, yes));
    const dialog = make("dialog", { class: "slack-dialog sure", "aria-labelledby": "sure-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

// The modal of whoever is looked at. `act` sends: { submit(values), close(), press(block, element, choose) }.
export function modal(act) {
  const dialog = make("dialog", { class: "slack-dialog modal", "aria-labelledby": "modal-title" });
  let shown = "";
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    act.close();
  });
  document.body.append(dialog);

  // Browsers close a dialog on a second Escape, whatever one says.
  dialog.addEventListener("close", () => shown && act.close());

  // `views` is the stack, the last on top; a view that did not change is left alone, and so is what is being typed.
  return function show(views, names) {
    const view = views.at(-1);
    const state = view ? `${view.id} ${view.hash}` : "";
    if (state === shown) return;
    const before = view && shown.startsWith(`${view.id} `) ? entries(dialog) : {};
    shown = state;
    if (!view) return dialog.open && dialog.close();
    dialog.replaceChildren(form(view, names, before, act));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-place] :is(input, textarea, select)")?.focus();
  };
}

function form(view, names, before, act) {
  const asked = (block) => field(block, place(block, block.element), before[place(block, block.element)]);
  const wrong = make("p", { class: "wrong", role: "alert" });
  const ends = make("div", { class: "ends" }, wrong, make("button", { class: "bk-button", type: "button", text: plain(view.close) || "Cancel", onclick: act.close }));
  if (view.submit) ends.append(make("button", { class: "bk-button primary", text: plain(view.submit) }));
  const made = make("form", { novalidate: true }, make("h3", { id: "modal-title", text: plain(view.title) }));
  made.append(make("div", { class: "body" }, ...draw(view.blocks, { names, press: act.press, field: asked })), ends);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    ends.lastChild.disabled = true;
    const { outcome, errors } = await act.submit(entries(made));
    ends.lastChild.disabled = false;
    complain(made, errors || {});
    wrong.textContent = outcome === "trouble" || !outcome ? TROUBLE : "";
  });
  return made;
}

// The Home tab. A view that did not change is left alone.
export function home(box, press) {
  let shown = null;
  return function show(view, names) {
    const state = view ? view.hash : "";
    if (state === shown) return;
    shown = state;
    const on = { names, press, field: (block) => field(block, place(block, block.element)) };
    box.replaceChildren(...(view ? draw(view.blocks, on) : [make("p", { class: "quiet", text: "The app shows nothing here." })]));
  };
}

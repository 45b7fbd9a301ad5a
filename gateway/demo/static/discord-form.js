// A form as Discord shows it over the window: a label at each input, what it may hold, and what is wrong with it.
import { make } from "./dom.js";

const SELECT = 3;

// `act`: { submit(values) resolves to { failed, wrong }, close() }. Returns show(form): the open form, or null.
export function discordForm(root, act) {
  const dialog = make("dialog", { class: "dc-form", "aria-labelledby": "dc-form-title" });
  let shown = "";
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    act.close();
  });
  dialog.addEventListener("close", () => shown && act.close());
  root.append(dialog);

  // A form that did not change is left alone, and so is what is being entered.
  return function show(form) {
    const state = form ? JSON.stringify(form) : "";
    if (state === shown) return;
    shown = state;
    if (!form) return dialog.open && dialog.close();
    dialog.replaceChildren(drawn(form, act));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input, textarea, select")?.focus();
  };
}

function drawn(form, act) {
  const trouble = make("p", { class: "wrong", role: "alert" });
  const cancel = make("button", { type: "button", class: "dc-button secondary", text: "Cancel", onclick: act.close });
  const submit = make("button", { class: "dc-button primary", text: "Submit" });
  const fields = form.fields.map((one, index) => field(one, `dc-field-${index}`));
  const made = make(
    "form",
    { novalidate: true },
    make("h3", { id: "dc-form-title", text: form.title }),
    make("div", { class: "body" }, ...fields.map((one) => one.node)),
    make("div", { class: "ends" }, trouble, cancel, submit),
  );
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const { failed, wrong } = await act.submit(Object.fromEntries(fields.map((one) => [one.id, one.entered()])));
    submit.disabled = false;
    trouble.textContent = failed || "";
    for (const one of fields) one.complain(wrong?.[one.label] || "");
    made.querySelector("[aria-invalid=true]")?.focus();
  });
  return made;
}

function field(one, id) {
  const input = control(one, { id, "aria-describedby": `${id}-about ${id}-wrong`, "aria-required": String(one.required) });
  const about = make("p", { class: "hint", id: `${id}-about`, text: one.description });
  const wrong = make("p", { class: "wrong", id: `${id}-wrong` });
  const label = make("label", { for: id }, one.label, one.required && make("span", { class: "must", "aria-hidden": "true", text: " *" }));
  const node = make("div", { class: "dc-field" }, label, about, input, wrong);
  const entered = () =>
    one.kind === SELECT ? [...input.selectedOptions].map((each) => each.value).filter(Boolean) : input.value;
  const complain = (words) => {
    wrong.textContent = words;
    input.setAttribute("aria-invalid", Boolean(words));
  };
  return { id: one.custom_id, label: one.label, node, entered, complain };
}

function control(one, given) {
  if (one.kind === SELECT) return select(one, given);
  const more = { ...given, value: one.begins[0] || "", placeholder: one.placeholder || null, maxlength: one.most };
  return one.paragraph ? make("textarea", { ...more, rows: 4 }) : make("input", { ...more, type: "text", autocomplete: "off" });
}

function select(one, given) {
  const several = one.most > 1;
  const options = one.options.map(([label, value]) =>
    make("option", { value: label, text: label, selected: one.begins.includes(value) }),
  );
  const none = several ? [] : [make("option", { value: "", text: one.placeholder || "Make a selection" })];
  return make("select", { ...given, multiple: several }, ...none, ...options);
}

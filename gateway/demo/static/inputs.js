// The inputs of a modal: a field for an input block, what is entered in it, and what is wrong with it.
import { plain } from "./blockkit.js";
import { make } from "./dom.js";

let count = 0;

// The field of an input block. `entered` is what stood in it before, if it was drawn before.
export function field(block, place, entered) {
  const id = `field-${++count}`;
  const made = grouped(block.element) ? group(block, id, entered) : single(block, id, entered);
  made.dataset.place = place;
  made.dataset.block = block.block_id;
  if (block.hint) made.append(make("p", { class: "hint", id: `${id}-hint`, text: plain(block.hint) }));
  made.append(make("p", { class: "wrong", id: `${id}-wrong`, role: "alert" }));
  return made;
}

const grouped = (element) => /^(checkboxes|radio_buttons|multi_static_select)$/.test(element.type);

const title = (block) => plain(block.label) + (block.optional ? " (optional)" : "");

const described = (block, id) => `${block.hint ? `${id}-hint ` : ""}${id}-wrong`;

function single(block, id, entered) {
  const input = control(block.element, { id, "aria-describedby": described(block, id), "aria-required": String(!block.optional) });
  if (entered !== undefined) input.value = entered ?? "";
  return make("div", { class: "field" }, make("label", { for: id, text: title(block) }), input);
}

function control(element, given) {
  const hint = plain(element.placeholder) || null;
  const value = element.initial_value ?? "";
  switch (element.type) {
    case "static_select":
    case "external_select":
      return select(element, given, hint);
    case "datepicker":
      return make("input", { ...given, type: "date", value: element.initial_date ?? "" });
    case "timepicker":
      return make("input", { ...given, type: "time", value: element.initial_time ?? "" });
    case "number_input":
      return make("input", { ...given, type: "text", inputmode: "decimal", autocomplete: "off", value, placeholder: hint });
    default:
      if (element.multiline) return make("textarea", { ...given, rows: 4, value, placeholder: hint });
      return make("input", { ...given, type: "text", autocomplete: "off", value, placeholder: hint });
  }
}

function select(element, given, hint) {
  const option = (one) => make("option", { value: one.value, text: plain(one.text) });
  const groups = (element.option_groups || []).map((one) =>
    make("optgroup", { label: plain(one.label) }, ...one.options.map(option)),
  );
  const none = make("option", { value: "", text: hint || "Choose an option" });
  const made = make("select", given, none, ...(element.options || []).map(option), ...groups);
  made.value = element.initial_option?.value ?? "";
  return made;
}

// Several boxes, or one of several: each with its own label.
function group(block, id, entered) {
  const { element } = block;
  const type = element.type === "radio_buttons" ? "radio" : "checkbox";
  const initial = element.initial_options || (element.initial_option ? [element.initial_option] : []);
  const chosen = entered === undefined ? initial.map((one) => one.value) : [entered ?? []].flat();
  const boxes = offered(element).map((one) => {
    const box = make("input", { type, name: id, value: one.value, checked: chosen.includes(one.value) });
    return make("label", { class: "tick" }, box, plain(one.text));
  });
  const legend = make("legend", { text: title(block) });
  const given = { class: `field ${element.type}`, "aria-describedby": described(block, id) };
  return make("fieldset", given, legend, make("div", { class: "boxes" }, ...boxes));
}

const offered = (element) => element.options || element.option_groups.flatMap((one) => one.options);

// What is entered, by place: text, the value of an option, a list of them, or null for nothing.
export function entries(form) {
  return Object.fromEntries([...form.querySelectorAll("[data-place]")].map((one) => [one.dataset.place, entry(one)]));
}

function entry(made) {
  if (made.tagName !== "FIELDSET") return made.querySelector("input, textarea, select").value || null;
  const chosen = [...made.querySelectorAll(":checked")].map((box) => box.value);
  return made.querySelector("[type=radio]") ? (chosen[0] ?? null) : chosen;
}

// Says at each field what is wrong with it, and brings the person to the first of them.
export function complain(form, errors) {
  for (const made of form.querySelectorAll("[data-place]")) {
    const words = Object.hasOwn(errors, made.dataset.block) ? errors[made.dataset.block] : "";
    made.querySelector(".wrong").textContent = words;
    const input = made.querySelector("input, textarea, select");
    input.setAttribute("aria-invalid", Boolean(words));
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

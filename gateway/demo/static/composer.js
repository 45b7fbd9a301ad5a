// Where a person writes. What is written stays while the page refreshes, and in each conversation by itself.
import { make } from "./dom.js";

const drafts = new Map();

// `send(text)` resolves to whether it was sent. Returns { node, show(key, words), fill(text) }.
export function composer(send) {
  let key = "";
  const box = make("textarea", { rows: 1, autocomplete: "off", enterkeyhint: "send" });
  const button = make("button", { class: "send", text: "Send" });
  const node = make("form", { class: "composer" }, box, button);

  const put = (text) => {
    box.value = text;
    drafts.set(key, text);
  };
  box.addEventListener("input", () => drafts.set(key, box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    node.requestSubmit();
  });
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    const from = key;
    if (!text) return;
    put("");
    if ((await send(text)) || drafts.get(from)) return;
    if (from === key) put(text);
    else drafts.set(from, text);
  });

  return {
    node,
    show(wanted, words) {
      if (wanted === key) return;
      key = wanted;
      box.value = drafts.get(key) || "";
      box.placeholder = words;
      box.setAttribute("aria-label", words);
    },
    fill(text) {
      put(text);
      box.focus();
    },
  };
}

// Making elements, and keeping those that did not change. Text is only ever set as text; nothing here reads markup.

const settle = {
  text: (node, value) => (node.textContent = value),
  value: (node, value) => (node.value = value),
};

const absent = (value) => value === false || value === null || value === undefined;

// make("button", { class: "x", text: "Go", onclick: go }, ...children). What is absent is left out, a child too.
export function make(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (absent(value)) continue;
    if (name in settle) settle[name](node, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => !absent(child)));
  return node;
}

// A link that can be followed without harm; what is not an address of the web or of mail stays text.
export function link(target, ...words) {
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return make("span", {}, ...words);
  return make("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, ...words);
}

const states = new WeakMap();

// Makes `box` hold `items`, each with a `key`. What did not change is left alone: focus, selection and all.
// `draw(item, old)` makes an element; `old` is the one it replaces.
export function keep(box, items, draw) {
  const there = new Map([...box.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => current(item, there.get(item.key), draw));
  const wanted = new Set(nodes);
  for (const node of [...box.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => {
    if (box.children[index] !== node) box.insertBefore(node, box.children[index] || null);
  });
}

function current(item, old, draw) {
  const state = JSON.stringify(item);
  if (old && states.get(old) === state) return old;
  const node = draw(item, old);
  node.dataset.key = item.key;
  states.set(node, state);
  const focused = old?.contains(document.activeElement);
  old?.replaceWith(node);
  if (focused) Object.assign(node, { tabIndex: -1 }).focus({ preventScroll: true });
  return node;
}

// Runs `change`; who was reading the end of the list still is afterwards.
export function atEnd(box, change) {
  const near = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  change();
  if (near) box.scrollTop = box.scrollHeight;
}

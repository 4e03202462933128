// Sentences above the list that stay until they are settled, each with what can be done about it; and short ones that
// are only said.

const place = /** @type {HTMLElement} */ (document.querySelector("#notices"));
const spoken = /** @type {HTMLElement} */ (document.querySelector("#said"));

/** What a button says, and what it does; or a link, and where it leads. @typedef {[string, (() => void) | string]} Choice */

/** One notice under this name; again under it, another one in its place. @type {(name: string, sentence: string, choices?: Choice[], kind?: "note" | "alert") => void} */
export function notice(name, sentence, choices = [], kind = "note") {
  const text = document.createElement("p");
  text.textContent = sentence;
  const row = document.createElement("p");
  row.className = "row";
  row.append(...choices.map(([label, act]) => (typeof act === "string" ? link(label, act) : button(label, act))));
  const made = document.createElement("div");
  made.className = kind;
  made.dataset.name = name;
  made.append(text, ...(choices.length ? [row] : []));
  const old = find(name);
  if (old) old.replaceWith(made);
  else place.append(made);
}

/** @param {string} name */
export const settle = (name) => find(name)?.remove();

/** @param {string} name */
const find = (name) => place.querySelector(`[data-name="${name}"]`);

/** @type {(label: string, act: () => void, className?: string) => HTMLButtonElement} */
export function button(label, act, className = "quiet") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** In a window of its own: what is typed here stays. @type {(label: string, href: string) => HTMLAnchorElement} */
const link = (textContent, href) =>
  Object.assign(document.createElement("a"), { textContent, href, target: "_blank", className: "button quiet" });

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/** Said once, and shown for a moment. @param {string} sentence */
export function tell(sentence) {
  clearTimeout(hiding);
  spoken.textContent = sentence;
  spoken.classList.add("shown");
  hiding = setTimeout(() => spoken.classList.remove("shown"), 4000);
}

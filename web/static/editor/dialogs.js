// A question or a list in a window of its own.

import { button } from "./notices.js";

/**
 * A dialog with this heading and content, and a button for each answer; gives the name of the answer, "" for Escape.
 * The first answer is the one that Enter gives.
 * @type {(heading: string, content: Node[], answers: [string, string][]) => Promise<string>}
 */
export function ask(heading, content, answers) {
  const dialog = document.createElement("dialog");
  const title = Object.assign(document.createElement("h2"), { id: "dialog-title", textContent: heading });
  const row = Object.assign(document.createElement("p"), { className: "row" });
  const body = Object.assign(document.createElement("div"), { className: "body" });
  body.append(...content);
  row.append(...answers.map(([name, label], at) => button(label, () => dialog.close(name), at ? "quiet" : "")));
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, body, row);
  document.body.append(dialog);
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog.showModal();
  if (!content.length) row.querySelector("button")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus({ preventScroll: true });
      resolve(dialog.returnValue);
    });
  });
}

/** @type {(tag: string, text: string | (Node | string)[], values?: object) => HTMLElement} */
export function element(tag, text, values = {}) {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...(typeof text === "string" ? [text] : text));
  return made;
}

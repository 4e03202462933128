// The selected cue's times and the buttons for it; what is left to do in all of them.

import { say } from "../texts.js";
import { setEnd, setStart } from "./placing.js";
import { clock, readTime } from "./timing.js";

/** @import { Desk } from "./desk.js" */

/** @type {(desk: Desk, root: HTMLElement) => void} */
export function tools(desk, root) {
  const heading = /** @type {HTMLElement} */ (root.querySelector("h2"));
  const [start, end] = ["#start", "#end"].map((name) => /** @type {HTMLInputElement} */ (root.querySelector(name)));
  const show = () => {
    const cue = desk.here;
    heading.textContent = cue ? say("cue_n", { n: desk.place + 1 }) : say("no_cue");
    fill(start, cue?.start);
    fill(end, cue?.end);
    for (const box of [start, end]) box.disabled = !cue || !desk.mayEdit;
    for (const button of root.querySelectorAll(".cue-tools button")) button.toggleAttribute("disabled", !cue);
  };
  /** @type {(box: HTMLInputElement, set: typeof setStart) => void} */
  const obey = (box, set) =>
    box.addEventListener("change", () => {
      const [ms, cue] = [readTime(box.value), desk.here];
      box.setAttribute("aria-invalid", String(Number.isNaN(ms)));
      if (Number.isNaN(ms) || !cue) return;
      desk.deed(set(desk.cues, cue.id, ms, desk.room));
      show(); // it may not have gone as far as was typed
    });
  obey(start, setStart);
  obey(end, setEnd);
  for (const event of /** @type {const} */ (["change", "select", "state"])) desk.on(event, show);
  show();
}

/** On a phone the tools are folded up beside what is left to do, else under the picture. @type {(root: HTMLDetailsElement, foot: HTMLElement) => void} */
export function folding(root, foot) {
  const side = root.parentElement;
  const wide = matchMedia("(min-width: 60rem)");
  const place = () => {
    if (wide.matches) side?.append(root);
    else foot.prepend(root);
    root.open = wide.matches;
  };
  wide.addEventListener("change", place);
  place();
}

/** @type {(box: HTMLInputElement, ms: number | undefined) => void} */
function fill(box, ms) {
  const text = ms === undefined ? "" : clock(ms);
  if (box.value === text || (document.activeElement === box && box.getAttribute("aria-invalid") === "true")) return;
  box.value = text;
  box.setAttribute("aria-invalid", "false");
}

/** How many cues want somebody, and whether fixes wait. @type {(desk: Desk, root: ParentNode) => void} */
export function left(desk, root) {
  const get = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));
  const show = () => {
    const open = [...desk.found.values()].filter((all) => all.some(({ severity }) => severity !== "note")).length;
    get("#problems").textContent = open ? say("problems_n", { n: open }) : say("problems_none");
    get("#problems").classList.toggle("todo", open > 0);
    for (const button of root.querySelectorAll("[data-edits]"))
      /** @type {HTMLElement} */ (button).hidden = !desk.mayEdit;
    get("[data-action=fix_all]").hidden ||= !desk.fixes.size;
    get("[data-action=undo]").toggleAttribute("disabled", !desk.history.canUndo);
    get("[data-action=redo]").toggleAttribute("disabled", !desk.history.canRedo);
  };
  for (const event of /** @type {const} */ (["change", "state"])) desk.on(event, show);
  show();
}

// Find and replace: every place that would change, before anything does.

import { say } from "../texts.js";
import { ask, element } from "./dialogs.js";
import { find, preview, replace } from "./find.js";
import { tell } from "./notices.js";
import { differing } from "./row.js";

/** @import { Desk } from "./desk.js" */
/** @import { List } from "./list.js" */

const MOST = 200; // places that are listed

/** What was looked for last. */
const last = { text: "", replacement: "", matchCase: false, wholeWord: false };

/** @type {(desk: Desk, list: List, replacing: boolean) => Promise<void>} */
export async function findAndReplace(desk, list, replacing) {
  const form = /** @type {HTMLTemplateElement} */ (document.querySelector("#find-form")).content.cloneNode(true);
  const root = element("div", [form]);
  const get = (/** @type {string} */ name) => /** @type {any} */ (root.querySelector(`[name=${name}]`));
  const places = element("ul", [], { className: "places" });
  const count = element("p", "", { className: "hint" });
  count.setAttribute("role", "status");
  root.append(count, places);
  for (const name of /** @type {const} */ (["text", "replacement"])) get(name).value = last[name];
  for (const name of /** @type {const} */ (["matchCase", "wholeWord"])) get(name).checked = last[name];
  const look = () => {
    for (const name of /** @type {const} */ (["text", "replacement"])) last[name] = get(name).value;
    for (const name of /** @type {const} */ (["matchCase", "wholeWord"])) last[name] = get(name).checked;
    const found = shown(desk, places);
    count.textContent = last.text.trim() ? say("found", { n: found }) : "";
  };
  root.addEventListener("input", (event) => places.contains(/** @type {Node} */ (event.target)) || look());
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(/** @type {Element} */ (event.target).matches("[name=text]"))) return;
    const first = places.querySelector("button");
    if (first) go(first);
  });
  root.addEventListener("click", (event) => go(/** @type {Element} */ (event.target)));
  look();
  const answers = /** @type {[string, string][]} */ ([["", say("close")]]);
  if (desk.mayEdit) answers.unshift(["replace", say("replace_ticked")]);
  queueMicrotask(() => get(replacing && last.text ? "replacement" : "text").select());
  const answer = await ask(say("find_heading"), [root], answers);
  if (answer === "replace") done(desk, places);
  const place = JSON.parse(answer.startsWith("{") ? answer : "null");
  if (place) list.choose(place);
}

/** Close the dialog with the place that was chosen. @param {Element} target */
function go(target) {
  const place = target.closest("button")?.dataset.place;
  if (place) target.closest("dialog")?.close(place);
}

/** List what is found; how many. @type {(desk: Desk, places: HTMLElement) => number} */
function shown(desk, places) {
  const found = find(desk.cues, last);
  const numbers = new Map(desk.cues.map((cue, at) => [cue.id, at + 1]));
  const changes = new Map(preview(desk.cues, last, last.replacement).map((change) => [change.id, change]));
  const first = new Map(found.map((match) => /** @type {const} */ ([match.id, match])).reverse());
  places.replaceChildren(
    ...[...first.values()]
      .reverse()
      .slice(0, MOST)
      .map((match) => {
        const change = changes.get(match.id);
        const after = change && desk.mayEdit && last.replacement ? change.after : change?.before;
        const before = desk.cues[(numbers.get(match.id) ?? 1) - 1].text;
        const tick = element("input", [], { type: "checkbox", defaultChecked: true });
        tick.dataset.change = JSON.stringify(change ?? null);
        const label = element("label", [tick, element("span", differing(before, after ?? before), { lang: "ru" })], {
          className: "check",
        });
        const jump = element("button", say("go_to", { n: numbers.get(match.id) }), {
          type: "button",
          className: "quiet",
        });
        jump.dataset.place = JSON.stringify(match);
        return element("li", [label, jump]);
      }),
  );
  return found.length;
}

/** @type {(desk: Desk, places: HTMLElement) => void} */
function done(desk, places) {
  const ticked = [...places.querySelectorAll("input:checked")].map((box) =>
    JSON.parse(/** @type {any} */ (box).dataset.change),
  );
  const changes = ticked.filter((change) => change !== null);
  if (desk.deed(replace(desk.cues, changes))) tell(say("replaced", { n: changes.length }));
}

// One cue in the list: what was said, the Russian beside it, how it reads, what is wrong, what could stand there instead.

import { say } from "../texts.js";
import { difference } from "./difference.js";
import { measure } from "./measure.js";
import { button } from "./notices.js";
import { clock } from "./timing.js";

/** @import { Cue, Offer } from "./cues.js" */
/** @import { Desk, Note } from "./desk.js" */
/** @import { Problem } from "./problems.js" */

const model = /** @type {HTMLTemplateElement} */ (document.querySelector("#row"));
const OPEN = new Set(["doubt"]);

export class Row {
  /** @type {Cue | undefined} */
  #cue;
  /** @type {Cue | undefined} */
  #after;
  #number = 0;
  #shown = "";

  /**
   * @param {Desk} desk
   * @param {string} id
   * @param {(action: string, value?: any) => void} does
   */
  constructor(desk, id, does) {
    this.desk = desk;
    this.does = does;
    this.item = /** @type {HTMLElement} */ (model.content.firstElementChild?.cloneNode(true));
    this.item.dataset.cue = id;
    const get = (/** @type {string} */ name) => /** @type {any} */ (this.item.querySelector(name));
    this.play = get(".number");
    this.times = get(".when");
    this.pace = get(".pace");
    this.spoken = get(".spoken");
    this.box = get("textarea");
    this.remarks = get(".remarks");
    this.offers = get(".offers");
    this.box.id = `text-${id}`;
    this.remarks.id = `remarks-${id}`;
  }

  /** @type {(cue: Cue, at: number, after?: Cue) => void} */
  update(cue, at, after) {
    if (this.#number !== at + 1) this.#count(at + 1);
    if (this.#cue !== cue || this.#after?.start !== after?.start) this.#measure(cue, after);
    if (this.#cue !== cue) this.#fill(cue);
    this.#remark(cue);
    this.box.readOnly = !this.desk.mayEdit;
    [this.#cue, this.#after] = [cue, after];
  }

  /** @param {number} number */
  #count(number) {
    this.#number = number;
    this.play.textContent = String(number);
    this.play.setAttribute("aria-label", say("play_cue_n", { n: number }));
    this.box.setAttribute("aria-label", say("russian_n", { n: number }));
  }

  /** @type {(cue: Cue, after?: Cue) => void} */
  #measure(cue, after) {
    const { cps, cpl, pace, faults } = measure(cue, this.desk.state.frame, after);
    const long = faults.some(({ check }) => check === "line_too_long");
    const one = (/** @type {string} */ text, /** @type {string} */ how) =>
      Object.assign(document.createElement("span"), { textContent: text, className: how });
    const numbers = cue.text.trim()
      ? [one(say("cps", { n: cps.toFixed(1) }), pace), " ", one(say("cpl", { n: cpl }), long ? "too_fast" : "calm")]
      : [];
    this.pace.replaceChildren(...numbers);
    this.times.textContent = `${clock(cue.start)} – ${clock(cue.end)}`;
  }

  /** @param {Cue} cue */
  #fill(cue) {
    if (this.box.value !== cue.text) retype(this.box, cue.text);
    if (this.spoken.textContent !== cue.spoken) this.spoken.textContent = cue.spoken;
    this.spoken.lang = cue.language || this.desk.state.language;
    this.item.classList.toggle("checked", cue.checked);
  }

  /** Problems, notes and offers, only where they are others than before. @param {Cue} cue */
  #remark(cue) {
    const problems = this.desk.found.get(cue.id) ?? [];
    const notes = this.desk.notes.get(cue.id) ?? [];
    const fixes = this.desk.fixes.get(cue.id)?.length ?? 0;
    const offers = cue.offers.filter(({ text }) => text !== cue.text).slice(0, 3); // as many as have keys
    const shown = JSON.stringify([
      problems,
      notes,
      fixes,
      offers.map(({ text }) => text),
      cue.checked,
      this.desk.mayEdit,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const items = [...notes.map((note) => this.#note(note)), ...problems.flatMap((one) => this.#problem(one))];
    this.remarks.replaceChildren(...items, ...this.#settling(cue, problems, fixes));
    this.offers.replaceChildren(...(this.desk.mayEdit ? offers.map((offer, n) => this.#offer(cue, offer, n)) : []));
    this.box.toggleAttribute("aria-describedby", items.length > 0);
    if (items.length) this.box.setAttribute("aria-describedby", this.remarks.id);
    this.item.classList.toggle(
      "todo",
      problems.some(({ severity }) => severity !== "note"),
    );
  }

  /** @param {Problem} problem */
  #problem({ check, severity, sentence }) {
    if (check === "note") return [];
    const kind = Object.assign(document.createElement("span"), { className: "sr", textContent: `${say(severity)}: ` });
    const words = OPEN.has(severity) ? this.desk.state.doubts[check] : sentence;
    return [item(`is-${severity}`, kind, words ?? say(`check_${check}`))];
  }

  /** @param {Note} note */
  #note(note) {
    const made = item(note.done ? "is-note" : "is-doubt", say("note_by", note));
    made.append(
      " ",
      button(say(note.done ? "note_open" : "note_done"), () => this.does("tick", note)),
    );
    return made;
  }

  /** @type {(cue: Cue, problems: readonly Problem[], fixes: number) => HTMLElement[]} */
  #settling(cue, problems, fixes) {
    const doubted = problems.some(({ severity, check }) => OPEN.has(severity) && check !== "note") || cue.checked;
    const buttons = [
      fixes ? button(say("fix"), () => this.does("fix", cue.id)) : "",
      doubted && cue.text.trim() ? this.#right(cue) : "",
    ].filter((one) => one !== "");
    return this.desk.mayEdit && buttons.length ? [item("row", ...buttons)] : [];
  }

  /** @param {Cue} cue */
  #right(cue) {
    const made = button(say("right"), () => this.does("check", cue));
    made.setAttribute("aria-pressed", String(cue.checked));
    return made;
  }

  /** @type {(cue: Cue, offer: Offer, n: number) => HTMLElement} */
  #offer(cue, offer, n) {
    const { label = offer.origin } = /** @type {any} */ (offer);
    const text = Object.assign(document.createElement("p"), { lang: "ru", textContent: offer.text });
    const from = Object.assign(document.createElement("p"), { className: "hint", textContent: label });
    if (offer.score < 100 && offer.source)
      from.append(" ", say("said_for"), " ", ...differing(cue.spoken, offer.source));
    const take = button(say("take"), () => this.does("take", { id: cue.id, offer }));
    take.setAttribute("aria-label", say("take_n", { n: n + 1, text: offer.text }));
    take.title = `Alt+${n + 1}`;
    const words = document.createElement("div");
    words.append(from, text);
    return item("offer", words, take);
  }
}

/** @type {(className: string, ...content: (Node | string)[]) => HTMLLIElement} */
function item(className, ...content) {
  const made = Object.assign(document.createElement("li"), { className });
  made.append(...content);
  return made;
}

/** Two texts as one, what is gone and what is new marked. @type {(before: string, after: string) => Node[]} */
export function differing(before, after) {
  const tags = { same: "span", gone: "del", new: "ins" };
  return difference(before, after).map(({ kind, text }) =>
    Object.assign(document.createElement(tags[kind]), { textContent: text }),
  );
}

/** Another text in the box, and the cursor where it differs. @type {(box: HTMLTextAreaElement, text: string) => void} */
function retype(box, text) {
  const old = box.value;
  let tail = 0;
  while (tail < Math.min(old.length, text.length) && old.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  box.value = text;
  if (document.activeElement === box) box.setSelectionRange(text.length - tail, text.length - tail);
}

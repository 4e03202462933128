// What the parts of the page share: the cues with their history, which one is selected, what is wrong with them, and
// what the server has. A part changes it by a deed and hears of every change; no part knows another.

import { adopted, newId, placeOf } from "./cues.js";
import { History } from "./history.js";
import { problems, stillTrue } from "./problems.js";
import { begunBefore } from "./timing.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @import { Found, Problem } from "./problems.js" */
/** A sentence of the reviewer at a moment of the clip. @typedef {{id: number, at_ms: number, text: string, by: string, done: boolean}} Note */
/** change: other cues or other problems; select: another cue; state: what the server says of the appeal. @typedef {"change" | "select" | "state"} Event */

export class Desk {
  /** Of this window, so that two windows of one person are told apart. */
  tab = newId();
  /** @type {string | null} */
  selected = null;
  /** The problems of each cue that has any. @type {Found} */
  found = new Map();
  /** What the server found and can mend, where that still fits. @type {Map<string, any[]>} */
  fixes = new Map();
  /** The reviewer's notes about each cue: those in its time, and until the next one begins. @type {Map<string, Note[]>} */
  notes = new Map();
  /** @type {{findings: any[], then: Cues}} what the server found, and in which cues */
  #said;
  /** @type {Record<Event, ((before: any) => void)[]>} */
  #listeners = { change: [], select: [], state: [] };

  /** @param {any} state as the server sends it */
  constructor(state) {
    this.state = state;
    /** @type {Room} */
    this.room = { gap: state.frame.gap, glimpse: state.frame.glimpse, clip: state.clip.duration_ms };
    const cues = adopted(state.rows, this.room);
    /** The revision that is changed here, under our names. */
    this.base = { revision: state.revision, cues };
    this.history = new History(cues);
    this.#said = { findings: withIds(state.findings, cues), then: cues };
    this.#judge();
  }

  /** @returns {Cues} */
  get cues() {
    return this.history.cues;
  }

  get mayEdit() {
    return this.state.may_edit;
  }

  /** The selected cue. @returns {Cue | undefined} */
  get here() {
    return this.cues[this.place];
  }

  get place() {
    return this.selected === null ? -1 : placeOf(this.cues, this.selected);
  }

  /** @type {(event: Event, listener: (before: any) => void) => void} */
  on(event, listener) {
    this.#listeners[event].push(listener);
  }

  /** @type {(event: Event, before?: any) => void} */
  #tell(event, before) {
    for (const listener of this.#listeners[event]) listener(before);
  }

  /** Other cues, as a step that can be undone; false where nothing changed. @type {(cues: Cues, how?: {after?: string, typing?: boolean}) => boolean} */
  deed(cues, how = {}) {
    const before = this.cues;
    if (cues === before || !this.mayEdit || cues.length > Math.max(this.state.limits.cues, before.length)) return false;
    this.history.add(cues, { selected: this.selected, at: performance.now(), ...how });
    this.#changed(before);
    if (how.after !== undefined) this.select(how.after);
    return true;
  }

  /** One step back or on again; false where there is none. @param {"undo" | "redo"} which */
  step(which) {
    const before = this.cues;
    const selected = this.mayEdit ? this.history[which]() : undefined;
    if (selected === undefined) return false;
    this.#changed(before);
    if (selected !== null) this.select(selected);
    return true;
  }

  /** @param {string | null} id */
  select(id) {
    const before = this.selected;
    if (id === before || (id !== null && placeOf(this.cues, id) < 0)) return;
    this.history.pause();
    this.selected = id;
    this.#tell("select", before);
  }

  /** What the server found in the cues as they were then, by our names. @type {(findings: any[], then: Cues) => void} */
  judged(findings, then) {
    this.#said = { findings, then };
    this.#judge();
    this.#tell("change", this.cues);
  }

  /** @param {Record<string, any>} news of the appeal */
  learn(news) {
    Object.assign(this.state, news);
    this.#judge();
    this.#tell("state");
  }

  /** @param {Cues} before */
  #changed(before) {
    if (this.selected !== null && this.place < 0) {
      const old = placeOf(before, this.selected);
      this.selected = this.cues[Math.min(old, this.cues.length - 1)]?.id ?? null;
    }
    this.#judge();
    this.#tell("change", before);
  }

  #judge() {
    const said = stillTrue(this.#said.findings, this.#said.then, this.cues);
    const noteOf = (/** @type {Note} */ { at_ms }) => this.cues[Math.max(begunBefore(this.cues, at_ms), 0)]?.id ?? "";
    const found = problems(this.cues, this.state.frame, said);
    this.notes = grouped(this.state.notes, noteOf);
    this.fixes = grouped(
      /** @type {any[]} */ (said).filter(({ fix }) => fix),
      ({ id }) => id,
    );
    for (const [id, notes] of this.notes) {
      const open = notes.filter(({ done }) => !done).map(asProblem);
      if (open.length) found.set(id, [...open, ...(found.get(id) ?? [])]);
    }
    this.found = found;
  }
}

/** @type {(note: Note) => Problem} */
const asProblem = ({ text }) => ({ check: "note", severity: "doubt", sentence: text });

/**
 * @template T
 * @param {T[]} all
 * @param {(one: T) => string} key
 * @returns {Map<string, T[]>}
 */
function grouped(all, key) {
  const groups = new Map();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

/** Of a revision the server counts places; here its cues have names. @type {(findings: any[], cues: Cues) => any[]} */
export const withIds = (findings, cues) => findings.map((finding) => ({ ...finding, id: cues[finding.cue]?.id ?? "" }));

// Undo and redo without end. A step is one deed as people see it: letters typed into one cue without a long pause are
// one, so that undo takes back a phrase and not a letter.

import { sameTrack } from "./cues.js";

/** @import { Cues } from "./cues.js" */

/**
 * A deed: the list after it, which cue was selected before and after, and until when (ms) which cue was typed into.
 * @typedef {{cues: Cues, before: string | null, after: string | null, typing: string | null, until: number}} Step
 */

const PAUSE = 1000; // ms without a letter, after which typing is a new step

export class History {
  /** @type {Step[]} the first one is how it began */
  #done;
  /** @type {Step[]} the next one to be done again is the last */
  #undone = [];
  #saved;

  /** @param {Cues} cues as the server has them */
  constructor(cues) {
    this.#done = [{ cues, before: null, after: null, typing: null, until: 0 }];
    this.#saved = cues;
  }

  get cues() {
    return this.#now.cues;
  }

  get #now() {
    return this.#done[this.#done.length - 1];
  }

  /**
   * A deed; the very same list is none. selected: the cue that it was done to, after: the one selected then, if that is
   * another. typing: letters only, at this time in ms, by a clock that only goes forward.
   * @param {Cues} cues
   * @param {{selected?: string | null, after?: string | null, typing?: boolean, at?: number}} [how]
   */
  add(cues, { selected = null, after = selected, typing = false, at = 0 } = {}) {
    if (cues === this.cues) return;
    const goesOn = typing && this.#now.typing === selected && at - this.#now.until <= PAUSE && !this.#undone.length;
    const before = goesOn ? this.#now.before : selected;
    if (goesOn) this.#done.pop();
    this.#done.push({ cues, before, after, typing: typing ? selected : null, until: at });
    this.#undone = [];
  }

  /** The next letter begins a new step: the box was left, or the track saved on purpose. */
  pause() {
    this.#now.typing = null;
  }

  get canUndo() {
    return this.#done.length > 1;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Take back the last step; the cue to select, null for none, undefined where there was no step. */
  undo() {
    if (!this.canUndo) return undefined;
    const step = /** @type {Step} */ (this.#done.pop());
    this.#undone.push(step);
    this.pause();
    return step.before;
  }

  /** Do it again; the cue to select, null for none, undefined where there was nothing. */
  redo() {
    const step = this.#undone.pop();
    if (!step) return undefined;
    this.#done.push(step);
    this.pause();
    return step.after;
  }

  /**
   * The server has this list now: not always the present one, since people type while it is being sent.
   * @param {Cues} cues
   */
  markSaved(cues) {
    this.#saved = cues;
  }

  get isSaved() {
    return sameTrack(this.cues, this.#saved);
  }
}

// What each action of shortcuts.js does: from a key, from a button, from a row.

import { say } from "../texts.js";
import { borders } from "./borders.js";
import { fit } from "./breaking.js";
import { newId, placeOf } from "./cues.js";
import { fixOf, mended } from "./mending.js";
import { tell } from "./notices.js";
import { nudge, setEnd, setStart, shiftFrom } from "./placing.js";
import { nextProblem } from "./problems.js";
import { insert, mergeNext, remove, split } from "./shaping.js";
import { setChecked, setText, takeOffer } from "./wording.js";

/** @import { Cue, Cues, Offer } from "./cues.js" */
/** @import { Desk } from "./desk.js" */
/** @import { List } from "./list.js" */
/** @import { Player } from "./player.js" */
/** By the names that shortcuts.js and the buttons have. @typedef {Record<string, (value?: any) => void>} Actions */

const STEP = 100; // ms that a nudge moves
const BEFORE = 500; // ms of what comes before a cue

/** Playing. @type {(desk: Desk, player: Player, list: List) => Actions} */
export function playing(desk, player, list) {
  /** @param {number} before */
  const span = (before) => {
    if (desk.selected === null) list.go(1);
    if (desk.here) player.span(desk.here.start - before, desk.here.end);
  };
  const toggle = () => player.toggle();
  const loop = () => {
    player.looping = !player.looping;
    tell(say(player.looping ? "loop_on" : "loop_off"));
    if (player.looping) span(0);
  };
  return {
    play: toggle,
    play_here: toggle,
    play_cue: () => span(0),
    play_before: () => span(BEFORE),
    loop,
    back: () => player.move(-1000),
    forward: () => player.move(1000),
    back_little: () => player.move(-STEP),
    forward_little: () => player.move(STEP),
    slower: () => player.pace(-1),
    faster: () => player.pace(1),
    previous_cue: () => list.go(-1),
    next_cue: () => list.go(1),
    done: () => list.go(1),
  };
}

/** Times. @type {(desk: Desk, player: Player) => Actions} */
export function placing(desk, player) {
  /** @type {(made: (cues: Cues, id: string) => Cues) => () => void} */
  const timed = (made) => () => {
    const { here, cues } = desk;
    if (here && !desk.deed(made(cues, here.id)) && desk.mayEdit) tell(say("no_room"));
  };
  const { room } = desk;
  /** @type {(by: number, part: "start" | "end" | "cue") => () => void} */
  const by = (ms, part) => timed((cues, id) => nudge(cues, id, ms, part, room));
  return {
    set_start: timed((cues, id) => setStart(cues, id, player.ms, room)),
    set_end: timed((cues, id) => setEnd(cues, id, player.ms, room)),
    start_earlier: by(-STEP, "start"),
    start_later: by(STEP, "start"),
    end_earlier: by(-STEP, "end"),
    end_later: by(STEP, "end"),
    cue_earlier: by(-STEP, "cue"),
    cue_later: by(STEP, "cue"),
    shift_all: timed((cues, id) => shiftFrom(cues, id, player.ms - (desk.here?.start ?? NaN), room)),
  };
}

/** How many cues there are, and where lines break. @type {(desk: Desk, player: Player, list: List) => Actions} */
export function shaping(desk, player, list) {
  const clings = borders(desk.state.borders);
  const { frame } = desk.state;
  const lay = (/** @type {string} */ text) => fit(text, frame, clings);
  /** @type {(cues: Cues, id: string, sentence: string) => void} */
  const shaped = (cues, id, sentence) => {
    if (!desk.mayEdit) return;
    const most = desk.state.limits.cues;
    if (!desk.deed(cues, { after: id }))
      return tell(cues.length > most ? say("too_many", { n: most }) : say("no_room"));
    tell(say(sentence, { n: desk.place + 1 }));
    list.show(id);
  };
  const halve = () => {
    const { here, cues, room } = desk;
    if (!here) return;
    const at = list.box(here.id)?.selectionStart ?? 0;
    const second = newId();
    const inside = at > 0 && at < here.text.length; // else the playhead says where, and the words stay above
    const when = inside ? NaN : player.ms;
    shaped(
      split(cues, here.id, inside ? at : here.text.length, second, room, { when, lay }),
      inside ? second : here.id,
      "was_split",
    );
  };
  /** @param {import("./shaping.js").Where} where */
  const fresh = (where) => {
    const made = newId();
    shaped(insert(desk.cues, where, made, desk.room), made, "was_inserted");
  };
  return {
    split: halve,
    merge: () => desk.here && shaped(mergeNext(desk.cues, desk.here.id, lay), desk.here.id, "was_merged"),
    insert: () => fresh(desk.here ? { after: desk.here.id } : { at: player.ms }),
    draw: ({ from, until }) => fresh({ at: from, until }),
    remove: () => {
      const { here, cues, place } = desk;
      const next = cues[place + 1] ?? cues[place - 1];
      if (here && desk.deed(remove(cues, here.id))) tell(say("was_removed", { n: place + 1 }));
      if (here && next) list.show(next.id);
    },
    auto_break: () => desk.here && desk.deed(setText(desk.cues, desk.here.id, lay(desk.here.text))),
  };
}

/** Words: offers, what is right, safe fixes of one cue, and the way through the problems. @type {(desk: Desk, list: List) => Actions} */
export function wording(desk, list) {
  const settles = new Set(desk.state.about_russian);
  /** @type {(id: string, offer: Offer | undefined) => void} */
  const take = (id, offer) => {
    if (!offer) return tell(say("no_offer"));
    desk.deed(takeOffer(desk.cues, id, offer, settles));
    list.show(id);
  };
  const nth = (/** @type {number} */ n) => () =>
    desk.here && take(desk.here.id, desk.here.offers.filter(({ text }) => text !== desk.here?.text)[n]);
  const fix = (/** @type {string | undefined} */ id = desk.here?.id) => {
    const cue = desk.cues[placeOf(desk.cues, id ?? "")];
    const fixes = cue && desk.fixes.get(cue.id);
    if (!cue || !fixes) return tell(say("no_fix"));
    desk.deed(mended(desk.cues, cue.id, fixOf(cue, fixes), desk.room));
  };
  const walk = (/** @type {1 | -1} */ step) => () => {
    const next = nextProblem(desk.cues, desk.found, desk.selected, step);
    if (!next) return tell(say("no_problem"));
    if (next.wrapped) tell(say(step > 0 ? "from_start" : "from_end"));
    list.show(next.id);
  };
  const step = (/** @type {"undo" | "redo"} */ which) => {
    const typing = list.root.contains(document.activeElement);
    if (!desk.step(which)) return false;
    if (typing && desk.selected !== null) list.show(desk.selected); // the cursor goes where the deed was
    return true;
  };
  return {
    take: ({ id, offer }) => take(id, offer),
    take_first: nth(0),
    take_second: nth(1),
    take_third: nth(2),
    check: (/** @type {Cue} */ { id, checked }) => desk.deed(setChecked(desk.cues, id, !checked)),
    right: () => {
      if (desk.here) desk.deed(setChecked(desk.cues, desk.here.id, true));
      walk(1)();
    },
    fix,
    next_problem: walk(1),
    previous_problem: walk(-1),
    undo: () => step("undo") || tell(say("nothing_undo")),
    redo: () => step("redo") || tell(say("nothing_redo")),
  };
}

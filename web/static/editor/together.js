// Two people changed the same cues: what each did, side by side, cue by cue. Nothing is taken before somebody chose.

import { say } from "../texts.js";
import { ask, element } from "./dialogs.js";
import { decide, merge } from "./merge.js";
import { differing } from "./row.js";
import { clock } from "./timing.js";

/** @import { Cue, Cues, Room } from "./cues.js" */
/** @import { Conflict } from "./merge.js" */
/** What the two sides are called. @typedef {{mine: string, theirs: string}} Names */

/**
 * Mine and theirs as one, asked where both changed the same; null where somebody would rather not say now.
 * @type {(sides: {base: Cues, mine: Cues, theirs: Cues}, room: Room, names: Names) => Promise<Cues | null>}
 */
export async function together({ base, mine, theirs }, room, names) {
  const merged = merge(base, mine, theirs, room);
  if (!merged.conflicts.length) return merged.cues;
  const questions = merged.conflicts.map((conflict, at) => question(conflict, at, names));
  const intro = element("p", say("merge_intro", { n: questions.length }));
  const answer = await ask(
    say("merge_heading"),
    [intro, ...questions],
    [
      ["take", say("merge_take")],
      ["", say("later")],
    ],
  );
  if (answer !== "take") return null;
  return merged.conflicts.reduce((cues, conflict, at) => {
    const chosen = questions[at].querySelector("input:checked");
    return chosen?.getAttribute("value") === "theirs" ? decide(cues, conflict, "theirs", room) : cues;
  }, merged.cues);
}

/** @type {(conflict: Conflict, at: number, names: Names) => HTMLElement} */
function question({ about, base, mine, theirs }, at, names) {
  const cue = /** @type {Cue} */ (mine ?? theirs);
  const set = element("fieldset", [element("legend", say("merge_cue", { time: clock(cue.start) }))], {
    className: "choice",
  });
  if (base?.text) set.append(element("p", say("merge_before", { text: base.text }), { className: "hint" }));
  set.append(side("mine", names.mine, base, mine, at), side("theirs", names.theirs, base, theirs, at));
  if (about.includes("room")) set.append(element("p", say("merge_room"), { className: "hint" }));
  return set;
}

/** @type {(value: string, whose: string, base: Cue | undefined, cue: Cue | undefined, at: number) => HTMLElement} */
function side(value, whose, base, cue, at) {
  const input = element("input", [], { type: "radio", name: `choice-${at}`, value, defaultChecked: value === "mine" });
  const words = cue ? differing(base?.text ?? "", cue.text) : [element("em", say("merge_gone"))];
  const times = cue ? `${clock(cue.start)} – ${clock(cue.end)}` : "";
  const text = element("span", words, { className: "text", lang: "ru" });
  const label = element("span", [
    element("strong", whose),
    " ",
    element("span", times, { className: "soft digits" }),
    text,
  ]);
  return element("label", [input, label], { className: "check" });
}

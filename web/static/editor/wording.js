// What stands in a cue, and what is known about it.

import { placeOf, put, spliced } from "./cues.js";

/** @import { Cue, Cues } from "./cues.js" */

/**
 * What somebody types. Doubts and origin are about the words, so they go with them.
 * @type {(cues: Cues, id: string, text: string) => Cues}
 */
export const setText = (cues, id, text) => changed(cues, id, (cue) => worded(cue, { text, doubts: [], origin: "" }));

/** New texts for many cues at once, by id. @type {(cues: Cues, texts: ReadonlyMap<string, string>) => Cues} */
export function setTexts(cues, texts) {
  const made = cues.map((cue) => worded(cue, { text: texts.get(cue.id) ?? cue.text, doubts: [], origin: "" }));
  return spliced(cues, 0, cues.length, ...made);
}

/**
 * An offered text in the place of the cue's. It was made for the same words, so that doubts about what was heard stay.
 * settles: the doubts that are about the Russian, which the server names.
 * @type {(cues: Cues, id: string, offer: import("./cues.js").Offer, settles: ReadonlySet<string>) => Cues}
 */
export const takeOffer = (cues, id, { text, origin }, settles) =>
  changed(cues, id, (cue) => {
    const doubts = (cue.saved ?? cue).doubts.filter((doubt) => !settles.has(doubt));
    return worded(cue, { text, doubts, origin });
  });

/**
 * That somebody looked and found it right; nothing cannot be right.
 * @type {(cues: Cues, id: string, checked: boolean) => Cues}
 */
export const setChecked = (cues, id, checked) =>
  changed(cues, id, (cue) => put(cue, { checked: checked && cue.text.trim() !== "" }));

/** @type {(cues: Cues, id: string, change: (cue: Cue) => Cue) => Cues} */
function changed(cues, id, change) {
  const at = placeOf(cues, id);
  return at < 0 ? cues : spliced(cues, at, 1, change(cues[at]));
}

/**
 * The server reads a form the same way: where the saved words stand again, what was known about them holds again.
 * @type {(cue: Cue, words: import("./cues.js").Words) => Cue}
 */
function worded(cue, words) {
  if (words.text === cue.text) return cue;
  const { text, doubts, origin } = words.text === cue.saved?.text ? cue.saved : words;
  return put(cue, { text, doubts, origin, checked: cue.checked && text.trim() !== "" });
}

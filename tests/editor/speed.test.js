// A thousand cues, and no key that anybody has to wait for: 5 ms are meant, 50 are the limit on a busy machine.

import assert from "node:assert/strict";
import { test } from "node:test";

import { borders } from "../../web/static/editor/borders.js";
import { fit } from "../../web/static/editor/breaking.js";
import { difference } from "../../web/static/editor/difference.js";
import { find, preview, replace } from "../../web/static/editor/find.js";
import { History } from "../../web/static/editor/history.js";
import { merge } from "../../web/static/editor/merge.js";
import { problems } from "../../web/static/editor/problems.js";
import * as store from "../../web/static/editor/store.js";
import { cueAt } from "../../web/static/editor/timing.js";
import { chance, ROOM, sentence, track } from "./random.js";

const random = chance();
const room = { ...ROOM, clip: 10_000_000 };
const cues = track(random, 1000, room);
const other = store.setText(cues, "900", "Нет.");
const id = "500";
const frame = {
  soft: 24,
  hard: 28,
  lines: 2,
  fast: 18,
  too_fast: 25,
  glimpse: 700,
  shortest: 1000,
  longest: 5000,
  gap: 83,
};
const kinds =
  "prepositions conjunctions particles enclitics leaning modifiers subjects compounds abbreviations closing months";
const clings = borders(Object.fromEntries(kinds.split(" ").map((kind) => [kind, ["на"]])));
const history = new History(cues);
const longText = Array.from({ length: 12 }, () => sentence(random))
  .join(" ")
  .slice(0, 500);

const deeds = {
  "set start": () => store.setStart(cues, id, 5, room),
  nudge: () => store.nudge(cues, id, 1, "cue", room),
  "shift all": () => store.shiftFrom(cues, "0", 100, room),
  split: () => store.split(cues, id, 3, "new", room),
  merge: () => store.mergeNext(cues, id),
  insert: () => store.insert(cues, { at: 9_999_000 }, "new", room),
  remove: () => store.remove(cues, id),
  type: () => history.add(store.setText(history.cues, id, `${random.next()}`), { selected: id, typing: true, at: 0 }),
  saved: () => history.isSaved,
  "cue at": () => cueAt(cues, 2_000_000),
  problems: () => problems(cues, frame),
  find: () => find(cues, { text: "мир", wholeWord: true }),
  "replace all": () => replace(cues, preview(cues, { text: "мир" }, "дом")),
  "break lines": () => fit(longText, frame, clings),
  difference: () => difference(longText, longText.split(" ").reverse().join(" ")),
  "merge tracks": () => merge(cues, store.setText(cues, id, "Да."), other, room),
};

for (const [name, deed] of Object.entries(deeds)) {
  test(`${name}, in a track of a thousand cues`, () => {
    deed(); // once to be compiled
    const took = Array.from({ length: 15 }, () => {
      const begun = performance.now();
      deed();
      return performance.now() - begun;
    }).sort((a, b) => a - b)[7];
    console.log(`${name}: ${took.toFixed(2)} ms`);
    assert.ok(took < 50, `${took} ms`);
  });
}

// What somebody does who has no plan.

import * as store from "../../web/static/editor/store.js";
import { ROOM, sentence } from "./random.js";

const { insert, mergeNext, nudge, remove, setChecked, setEnd, setStart, setText, shiftFrom, split, takeOffer } = store;

/** One deed; `name` is for the cue that it may make. */
export function deed(random, cues, name, room = ROOM) {
  const id = random.one(cues)?.id ?? "nobody";
  const ms = random.one([random.to(-500, 62_000), random.to(-300, 300), random.next() * 5000, NaN, Infinity]);
  const deeds = [
    () => setStart(cues, id, ms, room),
    () => setEnd(cues, id, ms, room),
    () => nudge(cues, id, ms, random.one(["start", "end", "cue"]), room),
    () => shiftFrom(cues, id, ms, room),
    () => split(cues, id, random.to(-1, 40), name, room, random.one([{}, { when: ms }])),
    () => mergeNext(cues, id),
    () =>
      insert(
        cues,
        random.one([{ before: id }, { after: id }, { at: random.to(0, 61_000) }, { at: 500, until: ms }]),
        name,
        room,
      ),
    () => remove(cues, id),
    () => setText(cues, id, sentence(random)),
    () => setChecked(cues, id, random.next() < 0.5),
    () =>
      takeOffer(
        cues,
        id,
        { text: sentence(random), origin: "memory", score: 80, source: "" },
        new Set(["unknown_word"]),
      ),
  ];
  return random.one(deeds)();
}

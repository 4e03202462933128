import assert from "node:assert/strict";
import { test } from "node:test";

import * as store from "../../web/static/editor/store.js";
import { deed } from "./deeds.js";
import { chance, ROOM, track } from "./random.js";

const { adopted, insert, joined, mergeNext, nudge, orderly, remove, setChecked, setEnd, setStart, setText } = store;
const { shiftFrom, split, takeOffer } = store;

const times = (cues) => cues.map(({ start, end }) => [start, end]);
const texts = (cues) => cues.map(({ text }) => text);
const three = () =>
  adopted(
    [
      { start: 1000, end: 3000, text: "Мы ждём вас." },
      {
        start: 3500,
        end: 6000,
        text: "Не идите\nна эту войну.",
        doubts: ["omission", "unknown_word"],
        origin: "memory",
      },
      { start: 8000, end: 10_000, text: "Нет." },
    ],
    ROOM,
  );

/** What holds for every list, whatever was done to it. */
function holds(cues, room = ROOM) {
  assert.ok(Object.isFrozen(cues) && cues.every(Object.isFrozen), "nobody can change it");
  assert.equal(new Set(cues.map(({ id }) => id)).size, cues.length, "no name twice");
  let before = 0;
  for (const { start, end } of cues) {
    assert.ok(Number.isInteger(start) && Number.isInteger(end), `whole ms: ${start} ${end}`);
    assert.ok(before <= start && start < end, `in order: ${before} ${start} ${end}`);
    before = end;
  }
  assert.ok(before <= room.clip + store.BEYOND, `inside the clip: ${before}`);
}

test("a border stops at the gap to its neighbour, at the glimpse, at the end of the clip", () => {
  const cues = three();
  assert.deepEqual(times(setStart(cues, "1", 0, ROOM))[1], [3083, 6000]);
  assert.deepEqual(times(setStart(cues, "1", 99_999, ROOM))[1], [6000 - 833, 6000]);
  assert.deepEqual(times(setEnd(cues, "1", 99_999, ROOM))[1], [3500, 8000 - 83]);
  assert.deepEqual(times(setEnd(cues, "1", -5, ROOM))[1], [3500, 3500 + 833]);
  assert.deepEqual(times(setEnd(cues, "2", 99_999, ROOM))[2], [8000, 61_000]);
  assert.deepEqual(times(setStart(cues, "0", -7, ROOM))[0], [0, 3000]);
  assert.deepEqual(times(setStart(cues, "1", 3600.4, ROOM))[1], [3600, 6000]);
});

test("what breaks a rule already is not made worse, and need not be mended to be dragged", () => {
  const cues = adopted(
    [
      { start: 0, end: 1000 },
      { start: 1010, end: 1310 },
    ],
    ROOM,
  );
  assert.deepEqual(times(setStart(cues, "1", 900, ROOM))[1], [1010, 1310]);
  assert.deepEqual(times(setStart(cues, "1", 1300, ROOM))[1], [1010, 1310]);
  assert.deepEqual(times(setEnd(cues, "1", 1200, ROOM))[1], [1010, 1310]);
  assert.deepEqual(times(setEnd(cues, "1", 1400, ROOM))[1], [1010, 1400]);
});

test("a nudge moves a border or the cue as far as there is room", () => {
  const cues = three();
  assert.deepEqual(times(nudge(cues, "1", -100, "start", ROOM))[1], [3400, 6000]);
  assert.deepEqual(times(nudge(cues, "1", 100, "end", ROOM))[1], [3500, 6100]);
  assert.deepEqual(times(nudge(cues, "1", 100, "cue", ROOM))[1], [3600, 6100]);
  assert.deepEqual(times(nudge(cues, "1", 9000, "cue", ROOM))[1], [8000 - 83 - 2500, 8000 - 83]);
});

test("what moves one cue leaves all the others", () => {
  const cues = three();
  assert.deepEqual(times(nudge(cues, "0", 100, "cue", ROOM)), [[1100, 3100], ...times(cues).slice(1)]);
  assert.deepEqual(times(nudge(cues, "2", 100, "cue", ROOM)), [...times(cues).slice(0, 2), [8100, 10_100]]);
  assert.deepEqual(times(nudge(cues, "1", -50, "cue", ROOM)), [
    [1000, 3000],
    [3450, 5950],
    [8000, 10_000],
  ]);
});

test("all from here are shifted together, as far as the first or the last can go", () => {
  const cues = three();
  assert.deepEqual(times(shiftFrom(cues, "1", 250, ROOM)), [
    [1000, 3000],
    [3750, 6250],
    [8250, 10_250],
  ]);
  assert.deepEqual(times(shiftFrom(cues, "1", -5000, ROOM)), [
    [1000, 3000],
    [3083, 5583],
    [7583, 9583],
  ]);
  assert.equal(times(shiftFrom(cues, "0", 999_999, ROOM))[2][1], 61_000);
});

test("a time that is none changes nothing", () => {
  const cues = three();
  for (const after of [
    setStart(cues, "1", NaN, ROOM),
    setEnd(cues, "1", NaN, ROOM),
    nudge(cues, "1", NaN, "cue", ROOM),
  ])
    assert.equal(after, cues);
  assert.equal(setStart(cues, "nobody", 5, ROOM), cues);
});

test("a split shares the time as it does the text, with a gap between", () => {
  const cues = split(three(), "1", 8, "new", ROOM);
  assert.deepEqual(texts(cues), ["Мы ждём вас.", "Не идите", "на эту войну.", "Нет."]);
  assert.deepEqual(
    cues.map(({ id }) => id),
    ["0", "1", "new", "2"],
  );
  const middle = 3500 + Math.round((2500 * 8) / 21);
  assert.deepEqual(times(cues).slice(1, 3), [
    [3500, middle - 83],
    [middle, 6000],
  ]);
  assert.deepEqual(cues[2].doubts, ["omission", "unknown_word"]);
});

test("a split at the playhead has its second part begin there", () => {
  const middle = (when) => times(split(three(), "1", 8, "new", ROOM, { when }))[2][0];
  assert.equal(middle(5000), 5000);
  assert.equal(middle(3600), 3500 + 833 + 83); // too near to the start
  assert.equal(middle(7000), middle(NaN)); // elsewhere
});

test("a cue too short for two is split in the middle all the same, and one of 1 ms is not", () => {
  const short = adopted(
    [
      { start: 0, end: 300, text: "Да нет" },
      { start: 400, end: 401, text: "Да" },
    ],
    ROOM,
  );
  assert.deepEqual(times(split(short, "0", 2, "new", ROOM)).slice(0, 2), [
    [0, 108],
    [191, 300],
  ]);
  assert.equal(split(short, "1", 1, "new", ROOM), short);
});

test("a split tears no sign and no accent apart", () => {
  const one = (text) => adopted([{ start: 0, end: 5000, text }], ROOM);
  assert.deepEqual(texts(split(one("Мир👋мир"), "0", 4, "new", ROOM)), ["Мир", "👋мир"]);
  assert.deepEqual(texts(split(one("за́мок"), "0", 2, "new", ROOM)), ["з", "а́мок"]);
  assert.deepEqual(texts(split(one("мир"), "0", 99, "new", ROOM)), ["мир", ""]);
});

test("merging joins times, words, doubts", () => {
  const cues = mergeNext(three(), "0");
  assert.deepEqual(times(cues), [
    [1000, 6000],
    [8000, 10_000],
  ]);
  assert.equal(cues[0].text, "Мы ждём вас. Не идите на эту войну.");
  assert.deepEqual(cues[0].doubts, ["omission", "unknown_word"]);
  assert.equal(mergeNext(cues, "2"), cues);
});

test("of two origins none is left, and right is what was right in both", () => {
  const row = (start, more) => ({ start, end: start + 1000, text: "Да.", origin: "memory", checked: true, ...more });
  const first = (...rows) => mergeNext(adopted(rows, ROOM), "0")[0];
  const { origin, checked } = first(row(0), row(2000));
  assert.deepEqual([origin, checked], ["memory", true]);
  assert.equal(first(row(0), row(2000, { origin: "marian" })).origin, "");
  assert.equal(first(row(0, { language: "uk" }), row(2000, { language: "uk" })).language, "uk");
  assert.equal(first(row(0, { language: "uk" }), row(2000)).language, "");
  assert.equal(first(row(0), row(2000, { checked: false })).checked, false);
  assert.equal(first(row(0), row(2000, { checked: false, text: "" })).checked, true);
});

test("each speaker has a line and a dash", () => {
  assert.equal(joined("– Ты где?", "– Дома."), "– Ты где?\n– Дома.");
  assert.equal(joined("Ты где,\nмама?", "– Дома."), "– Ты где, мама?\n– Дома.");
  assert.equal(joined("– Ты где?\n– Дома.", "Жду."), "– Ты где?\n– Дома. Жду.");
  assert.equal(joined("", "– Жду."), "– Жду.");
  assert.equal(joined("Жду.", ""), "Жду.");
  assert.equal(joined("Жду", "– и верю."), "Жду – и верю."); // a dash within a sentence
});

test("a new cue stands in a hole: after, before, at the playhead, where somebody drew", () => {
  const cues = three();
  const made = (where) =>
    times(insert(cues, where, "new", ROOM)).find(([start]) => !times(cues).flat().includes(start));
  assert.deepEqual(made({ after: "1" }), [6083, 7917]);
  assert.deepEqual(made({ before: "2" }), [6083, 7917]);
  assert.deepEqual(made({ before: "0" }), [0, 917]);
  assert.deepEqual(made({ after: "2" }), [10_083, 12_083]);
  assert.deepEqual(made({ at: 20_000 }), [20_000, 22_000]);
  assert.deepEqual(made({ at: 7500 }), [7917 - 833, 7917]);
  assert.deepEqual(made({ at: 4000 }), [6083, 7917]); // within a cue: after it
  assert.deepEqual(made({ at: 20_000, until: 25_500 }), [20_000, 25_500]);
});

test("where no cue can be seen, none is inserted", () => {
  const cues = three();
  for (const where of [{ after: "0" }, { before: "1" }, { at: 3200 }, { after: "nobody" }, { before: "nobody" }])
    assert.equal(insert(cues, where, "new", ROOM), cues);
});

test("doubts and origin go with the words, and come back with them", () => {
  const typed = setText(three(), "1", "Не ходите");
  assert.deepEqual([typed[1].doubts, typed[1].origin], [[], ""]);
  const back = setText(typed, "1", "Не идите\nна эту войну.");
  assert.deepEqual([back[1].doubts, back[1].origin], [["omission", "unknown_word"], "memory"]);
  assert.ok(store.sameTrack(back, three()));
});

test("an offer that is taken settles the doubts about the Russian, not those about what was heard", () => {
  const offer = { text: "Не ходите на войну.", origin: "marian", score: 100, source: "Не ідзіце на вайну." };
  const taken = takeOffer(three(), "1", offer, new Set(["unknown_word"]));
  assert.deepEqual([taken[1].text, taken[1].doubts, taken[1].origin], [offer.text, ["omission"], "marian"]);
});

test("nothing cannot be right", () => {
  const cues = setChecked(three(), "1", true);
  assert.equal(cues[1].checked, true);
  assert.equal(setText(cues, "1", " ")[1].checked, false);
  assert.equal(setChecked(setText(cues, "1", ""), "1", true)[1].checked, false);
});

test("rows that overlap, stand outside or are no numbers become a list", () => {
  const rows = [
    { start: 5000.6, end: 9000, text: "a" },
    { start: 5000.6, end: 9000, text: "b" },
    { start: -50, end: 100_000, text: "c" },
    { start: NaN, end: Infinity, text: "d" },
    { start: 70_000, end: 60_000, text: "e" },
  ];
  const cues = adopted(rows, ROOM);
  holds(cues);
  assert.deepEqual(texts(cues).sort(), ["a", "b", "c", "d", "e"]);
  assert.equal(texts(adopted(Array(3).fill({ start: 99_000, end: 99_000 }), ROOM)).length, 3);
});

test("any rows at all become a list that holds", () => {
  const random = chance();
  for (let round = 0; round < 2000; round++) {
    const room = { ...ROOM, clip: random.one([0, 20, 5000, 60_000]) };
    const number = () => random.one([random.to(-100, 62_000), random.next() * 1000, 0, NaN, Infinity, 61_000]);
    const rows = Array.from({ length: random.to(0, 8) }, () => ({ start: number(), end: number(), text: "a" }));
    const cues = adopted(rows, room);
    holds(cues, room);
    assert.equal(orderly(cues, room).length, rows.length);
    assert.ok(store.sameTrack(orderly(cues, room), cues), "what is in order stays");
  }
});

test("whatever is done in whatever order, the list holds, and the one before it stays as it was", () => {
  const random = chance();
  for (let round = 0; round < 1500; round++) {
    let cues = track(random);
    holds(cues);
    for (let step = 0; step < 20; step++) {
      const before = JSON.stringify(cues);
      const after = deed(random, cues, `n${step}`);
      holds(after);
      assert.equal(JSON.stringify(cues), before, "immutable");
      if (after !== cues) assert.notEqual(JSON.stringify(after), before, "another list only for another content");
      cues = after;
    }
  }
});

test("no time that is set loses a word or a cue, and no split or merge a letter", () => {
  const random = chance();
  const letters = (cues) => cues.map(({ text }) => text.replace(/[\s–]/g, "")).join("");
  for (let round = 0; round < 3000; round++) {
    const cues = track(random, random.to(1, 6));
    const { id } = random.one(cues);
    const ms = random.to(-3000, 30_000);
    const part = random.one(["start", "end", "cue"]);
    for (const after of [setStart(cues, id, ms, ROOM), setEnd(cues, id, ms, ROOM), nudge(cues, id, ms, part, ROOM)]) {
      const changed = after.filter((cue, i) => cue !== cues[i]);
      assert.ok(after.length === cues.length && changed.length <= 1 && changed.every((cue) => cue.id === id));
      assert.deepEqual(texts(after), texts(cues));
    }
    const shifted = shiftFrom(cues, id, ms, ROOM);
    const gaps = (list) => list.slice(1).map(({ start }, i) => start - list[i].end);
    const here = cues.findIndex((cue) => cue.id === id);
    assert.deepEqual(gaps(shifted.slice(here)), gaps(cues.slice(here)));
    assert.deepEqual(shifted.slice(0, here), cues.slice(0, here));
    assert.equal(letters(split(cues, id, random.to(0, 30), "new", ROOM)), letters(cues));
    assert.equal(letters(mergeNext(cues, id)), letters(cues));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { aligned, decide, merge } from "../../web/static/editor/merge.js";
import * as store from "../../web/static/editor/store.js";
import { deed } from "./deeds.js";
import { chance, ROOM, sentence, track } from "./random.js";

const { adopted, insert, nudge, remove, sameTrack, setEnd, setStart, setText, split } = store;

const three = () =>
  adopted(
    [
      { start: 1000, end: 3000, text: "Мы ждём вас." },
      { start: 4000, end: 6000, text: "Не идите на войну." },
      { start: 8000, end: 10_000, text: "Нет." },
    ],
    ROOM,
  );
const merged = (mine, theirs) => merge(three(), mine(three()), theirs(three()), ROOM);
const about = ({ conflicts }) => conflicts.map((conflict) => [conflict.id, ...conflict.about]);
const texts = ({ cues }) => cues.map(({ text }) => text);

test("what only one changed is taken, also of one cue the words and of it the times", () => {
  const both = merged(
    (cues) => setText(cues, "0", "Ждём."),
    (cues) => nudge(setText(cues, "2", "Да."), "0", 100, "cue", ROOM),
  );
  assert.deepEqual(about(both), []);
  assert.deepEqual(texts(both), ["Ждём.", "Не идите на войну.", "Да."]);
  assert.deepEqual([both.cues[0].start, both.cues[0].end], [1100, 3100]);
});

test("where both wrote, mine stands and theirs is at hand", () => {
  const both = merged(
    (cues) => setText(cues, "1", "Не ходите."),
    (cues) => setText(cues, "1", "Стойте."),
  );
  assert.deepEqual(about(both), [["1", "words"]]);
  assert.equal(both.cues[1].text, "Не ходите.");
  const decided = decide(both.cues, both.conflicts[0], "theirs", ROOM);
  assert.equal(decided[1].text, "Стойте.");
});

test("conflicts come in the order of the cues", () => {
  const every = (text) => (cues) => ["2", "0", "1"].reduce((made, id) => setText(made, id, text), cues);
  const early = (cues) => insert(cues, { before: "0" }, "a", { ...ROOM, glimpse: 500 });
  const both = merged(
    (cues) => setText(early(every("Мир.")(cues)), "a", "Раз."),
    (cues) => setText(early(every("Дом.")(cues)), "a", "Два."),
  );
  assert.deepEqual(
    both.conflicts.map(({ id }) => id),
    ["a", "0", "1", "2"],
  );
});

test("a decision is about what was in question only", () => {
  const both = merged(
    (cues) => setText(cues, "0", "Ждём."),
    (cues) => setStart(setText(cues, "0", "Вас ждут."), "0", 500, ROOM),
  );
  assert.deepEqual(about(both), [["0", "words"]]);
  const words = (side) =>
    decide(both.cues, both.conflicts[0], side, ROOM).map(({ start, text }) => `${start} ${text}`)[0];
  assert.deepEqual([words("mine"), words("theirs")], ["500 Ждём.", "500 Вас ждут."]);
});

test("both moved one cue: either time can be had", () => {
  const both = merged(
    (cues) => setEnd(cues, "2", 11_000, ROOM),
    (cues) => setEnd(cues, "2", 12_000, ROOM),
  );
  assert.deepEqual(about(both), [["2", "times"]]);
  const end = (side) => decide(both.cues, both.conflicts[0], side, ROOM)[2].end;
  assert.deepEqual([end("mine"), end("theirs")], [11_000, 12_000]);
});

test("the same deed by both is no conflict", () => {
  const both = merged(
    (cues) => remove(setText(cues, "1", "Стойте."), "2"),
    (cues) => remove(setText(cues, "1", "Стойте."), "2"),
  );
  assert.deepEqual(about(both), []);
  assert.deepEqual(texts(both), ["Мы ждём вас.", "Стойте."]);
});

test("what one deleted and the other changed stays, and somebody is asked", () => {
  const both = merged(
    (cues) => remove(cues, "1"),
    (cues) => setText(cues, "1", "Стойте."),
  );
  assert.deepEqual(about(both), [["1", "presence"]]);
  assert.deepEqual(texts(both), ["Мы ждём вас.", "Стойте.", "Нет."]);
  assert.deepEqual(
    decide(both.cues, both.conflicts[0], "mine", ROOM).map(({ id }) => id),
    ["0", "2"],
  );
  const gone = decide(both.cues, both.conflicts[0], "mine", ROOM);
  assert.equal(decide(gone, both.conflicts[0], "theirs", ROOM)[1].text, "Стойте.");
});

test("what one deleted and the other left is gone", () => {
  assert.deepEqual(
    about(
      merged(
        (cues) => remove(cues, "1"),
        (cues) => cues,
      ),
    ),
    [],
  );
  assert.deepEqual(
    texts(
      merged(
        (cues) => cues,
        (cues) => remove(cues, "1"),
      ),
    ),
    ["Мы ждём вас.", "Нет."],
  );
});

test("cues that both made at one place have their share of it, and somebody is asked", () => {
  const both = merged(
    (cues) => setText(insert(cues, { after: "1" }, "mine", ROOM), "mine", "Мир"),
    (cues) => setText(insert(cues, { after: "1" }, "theirs", ROOM), "theirs", "Дом"),
  );
  assert.deepEqual(about(both), [
    ["mine", "room"],
    ["theirs", "room"],
  ]);
  assert.deepEqual(
    both.cues.slice(2, 4).map(({ start, end }) => [start, end]),
    [
      [6083, 6917],
      [7000, 7917],
    ],
  );
});

test("borders that came to overlap are parted, and somebody is asked", () => {
  const both = merged(
    (cues) => setEnd(cues, "0", 3900, ROOM),
    (cues) => setStart(cues, "1", 3200, ROOM),
  );
  assert.deepEqual(about(both), [["0", "room"]]);
  assert.deepEqual(
    both.cues.slice(0, 2).map(({ start, end }) => [start, end]),
    [
      [1000, 3117],
      [3200, 6000],
    ],
  );
});

test("edits of different parts are both there, as if one had made them after the other", () => {
  const random = chance();
  for (let round = 0; round < 1500; round++) {
    const base = track(random, random.to(6, 14));
    const border = random.to(2, base.length - 3);
    const [left, fence, right] = [base.slice(0, border), base[border], base.slice(border + 1)];
    /** Deeds on a part of the track alone: within its times. */
    const edited = (part, name) => {
      let cues = part;
      for (let step = random.to(0, 4); step > 0; step--) {
        const after = deed(random, cues, name + step);
        const inside = after.every(({ start, end }) => (part === left ? end <= fence.start : start >= fence.end));
        if (inside) cues = after;
      }
      return cues;
    };
    const [a, b] = [edited(left, "a"), edited(right, "b")];
    const both = merge(base, [...a, fence, ...right], [...left, fence, ...b], ROOM);
    assert.deepEqual(both.conflicts, []);
    assert.ok(sameTrack(both.cues, [...a, fence, ...b]));
  }
});

test("any two tracks of one base become one that holds, and no word that anybody wrote is lost", () => {
  const random = chance();
  for (let round = 0; round < 1500; round++) {
    const base = track(random, random.to(0, 8));
    const edited = (name) => {
      let cues = base;
      for (let step = random.to(0, 8); step > 0; step--) cues = deed(random, cues, name + step);
      return cues;
    };
    const [mine, theirs] = [edited("a"), edited("b")];
    const { cues, conflicts } = merge(base, mine, theirs, ROOM);
    let before = 0;
    for (const { start, end } of cues) {
      assert.ok(before <= start && start < end && end <= ROOM.clip + store.BEYOND);
      before = end;
    }
    const was = new Map(base.map((cue) => [cue.id, cue.text]));
    const kept = new Set([...cues, ...conflicts.flatMap(({ mine, theirs }) => [mine, theirs])].map((cue) => cue?.text));
    for (const { id, text } of [...mine, ...theirs]) assert.ok(text === was.get(id) || kept.has(text), text);
    assert.deepEqual(merge(base, mine, base, ROOM).conflicts, []);
    assert.ok(sameTrack(merge(base, mine, base, ROOM).cues, mine));
    assert.ok(sameTrack(merge(base, base, theirs, ROOM).cues, theirs));
  }
});

test("the cues of another revision are known again though they are counted anew", () => {
  const named = (cues) =>
    aligned(
      three(),
      adopted(
        cues.map(({ start, end, text }) => ({ start, end, text })),
        ROOM,
      ),
      () => "new",
    );
  const ids = (change) => named(change(three())).map(({ id }) => id);
  assert.deepEqual(
    ids((cues) => cues),
    ["0", "1", "2"],
  );
  assert.deepEqual(
    ids((cues) => remove(cues, "0")),
    ["1", "2"],
  );
  assert.deepEqual(
    ids((cues) => setText(remove(cues, "0"), "1", "Стойте.")),
    ["1", "2"],
  );
  assert.deepEqual(
    ids((cues) => insert(cues, { before: "1" }, "x", { ...ROOM, glimpse: 500 })),
    ["0", "new", "1", "2"],
  );
  assert.deepEqual(
    ids((cues) => split(cues, "1", 8, "x", { ...ROOM, glimpse: 500 })),
    ["0", "1", "new", "2"],
  );
  assert.deepEqual(
    ids((cues) => store.shiftFrom(cues, "0", 5000, ROOM)),
    ["0", "1", "2"],
  );
});

test("of alike words the nearest is the same cue, and what is unlike in all is another", () => {
  const at = (...starts) =>
    adopted(
      starts.map((start) => ({ start, end: start + 900, text: "Да." })),
      ROOM,
    );
  const names = (base, other) => aligned(base, other, () => "new").map(({ id }) => id);
  assert.deepEqual(names(at(0, 10_000, 20_000), at(9000, 20_500)), ["1", "2"]);
  assert.deepEqual(names(at(0, 10_000, 20_000), at(1000, 11_000, 19_000)), ["0", "1", "2"]);
  const other = adopted([{ start: 800, end: 1700, text: "Нет." }], ROOM);
  assert.deepEqual(names(at(0), other), ["new"]);
  const longer = adopted([{ start: 100, end: 1000, text: "Нет." }], ROOM);
  assert.deepEqual(names(at(0), longer), ["0"]);
});

test("no two cues of another revision get one name", () => {
  const random = chance();
  for (let round = 0; round < 500; round++) {
    const base = track(random);
    let other = random.one([base, track(random)]);
    for (let step = 0; step < 4; step++) other = deed(random, other, `x${step}`);
    let count = 0;
    const names = aligned(base, other, () => `new${(count += 1)}`).map(({ id }) => id);
    assert.equal(new Set(names).size, names.length);
  }
});

test("words typed by both are told apart by what stands in the conflict", () => {
  const random = chance();
  const [a, b] = [`${sentence(random)} а`, `${sentence(random)} б`];
  const [conflict] = merged(
    (cues) => setText(cues, "0", a),
    (cues) => setText(cues, "0", b),
  ).conflicts;
  assert.deepEqual([conflict.base.text, conflict.mine.text, conflict.theirs.text], ["Мы ждём вас.", a, b]);
});

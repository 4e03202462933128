import assert from "node:assert/strict";
import { test } from "node:test";

import { adopted } from "../../web/static/editor/store.js";
import { begunBefore, clock, cueAt, readTime, snap, snapPlaces } from "../../web/static/editor/timing.js";
import { python, withPython } from "./python.js";
import { chance, ROOM, track } from "./random.js";

test("times as people type them", () => {
  assert.equal(readTime("1:02.345"), 62_345);
  assert.equal(readTime(" 62,345 "), 62_345);
  assert.equal(readTime("62.3"), 62_300);
  assert.equal(readTime("0"), 0);
  for (const text of ["", "1:60", "1:2:3", "-1", "1.2345", "1e3", "٣"]) assert.ok(Number.isNaN(readTime(text)), text);
});

test("a time that is written can be read", () => {
  const random = chance();
  for (let round = 0; round < 2000; round++) {
    const ms = random.to(0, random.one([999, 60_000, 3_600_000]));
    assert.equal(readTime(clock(ms)), ms);
  }
});

test("Python reads and writes the same times", withPython, () => {
  for (const [text, ms] of python.times) assert.equal(Number.isNaN(readTime(text)) ? null : readTime(text), ms, text);
  for (const [ms, text] of python.clocks) assert.equal(clock(ms), text);
});

test("a border snaps to the nearest place that is near enough", () => {
  assert.equal(snap(1000, [900, 1040, 1090], 50), 1040);
  assert.equal(snap(1000, [900, 1060], 50), 1000);
  assert.equal(snap(1000, [950], 50), 950);
  assert.equal(snap(1000, [], 50), 1000);
});

test("it may snap to the gap beside its neighbour, to speech, to the playhead", () => {
  const cues = adopted(
    [
      { start: 0, end: 1000 },
      { start: 2000, end: 3000 },
      { start: 5000, end: 6000 },
    ],
    ROOM,
  );
  const near = { gap: 83, speech: [{ start: 1900, end: 3200 }], playhead: 2500 };
  assert.deepEqual(snapPlaces(cues, 1, "start", near), [1083, 2500, 1900]);
  assert.deepEqual(snapPlaces(cues, 1, "end", near), [4917, 2500, 3200]);
  assert.deepEqual(snapPlaces(cues, 0, "start", { gap: 83 }), []);
  assert.deepEqual(snapPlaces(cues, 2, "end", { gap: 83 }), []);
});

test("which cue is shown is found as if one looked at each", () => {
  const random = chance();
  for (let round = 0; round < 2000; round++) {
    const cues = track(random);
    const ms = random.one([random.to(-10, 40_000), random.one(cues)?.start ?? 0, random.one(cues)?.end ?? 0]);
    assert.equal(
      cueAt(cues, ms),
      cues.findIndex(({ start, end }) => start <= ms && ms < end),
    );
    assert.equal(begunBefore(cues, ms), cues.filter(({ start }) => start <= ms).length - 1);
  }
});

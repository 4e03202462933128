import assert from "node:assert/strict";
import { test } from "node:test";

import { nextProblem, problems, stillTrue } from "../../web/static/editor/problems.js";
import { adopted, setChecked, setEnd, setText } from "../../web/static/editor/store.js";
import { ROOM } from "./random.js";

const FRAME = { hard: 28, lines: 2, fast: 18, too_fast: 25, glimpse: 700, shortest: 1000, longest: 5000, gap: 83 };
const track = () =>
  adopted(
    [
      { start: 0, end: 2000, text: "Мир." },
      { start: 3000, end: 5000, text: "Да.", doubts: ["omission"] },
      { start: 6000, end: 8000, text: "", spoken: "Так." },
      { start: 9000, end: 9800, text: "Нет." },
      { start: 20_000, end: 20_300, text: "Да." },
    ],
    ROOM,
  );
const found = (cues, findings) =>
  [...problems(cues, FRAME, findings)].map(([id, all]) => [id, ...all.map(({ check }) => check)]);
const quotes = { id: "0", check: "quotes", severity: "warning", sentence: "Cue 1 …" };
const short = { id: "4", check: "too_short", severity: "error", sentence: "Cue 5 is shown for 0.3 s; …" };

test("doubts that nobody settled, words that are missing, what is measured, what the server found", () => {
  assert.deepEqual(found(track(), [quotes, short]), [
    ["0", "quotes"],
    ["1", "omission"],
    ["2", "untranslated"],
    ["3", "too_short"],
    ["4", "too_short"],
  ]);
  assert.equal(problems(track(), FRAME, [short]).get("4")[0].sentence, short.sentence);
  const other = [
    { ...short, severity: "note" },
    { ...short, check: "gap" },
  ]; // what was so once
  assert.equal(problems(track(), FRAME, other).get("4")[0].sentence, undefined);
});

test("what is settled, written or mended is none any more", () => {
  const cues = setEnd(setText(setChecked(track(), "1", true), "2", "Так."), "4", 22_000, ROOM);
  assert.deepEqual(found(cues, [short]), [["3", "too_short"]]);
});

test("what the server found counts as long as the cue is as it was then", () => {
  const then = track();
  assert.deepEqual(stillTrue([quotes], then, setText(then, "1", "Нет.")), [quotes]);
  assert.deepEqual(stillTrue([quotes], then, setText(then, "0", "«Мир».")), []);
  assert.deepEqual(stillTrue([quotes], then, setText(setText(then, "0", "«Мир»."), "0", "Мир.")), [quotes]);
});

test("the walk goes from one to the next and begins again; notes are passed by", () => {
  const cues = track();
  const all = problems(cues, FRAME);
  const walk = (from, step) => Object.values(nextProblem(cues, all, from, step));
  assert.deepEqual(walk(null), ["1", false]);
  assert.deepEqual(walk("1"), ["2", false]);
  assert.deepEqual(walk("2"), ["4", false]);
  assert.deepEqual(walk("4"), ["1", true]);
  assert.deepEqual(walk(null, -1), ["4", false]);
  assert.deepEqual(walk("2", -1), ["1", false]);
  assert.deepEqual(walk("1", -1), ["4", true]);
});

test("who stands on the first one is sent on", () => {
  const both = new Map(["0", "3"].map((id) => [id, [{ check: "omission", severity: "doubt" }]]));
  assert.equal(nextProblem(track(), both, "0").id, "3");
});

test("the last problem is found from itself, and none is none", () => {
  const cues = track();
  const one = new Map([["2", [{ check: "untranslated", severity: "doubt" }]]]);
  assert.deepEqual(nextProblem(cues, one, "2"), { id: "2", wrapped: true });
  assert.equal(nextProblem(cues, new Map(), "2"), null);
  assert.equal(nextProblem([], new Map(), null), null);
});

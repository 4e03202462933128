import assert from "node:assert/strict";
import { test } from "node:test";

import { longestLine, measure, readingSpeed, rounded } from "../../web/static/editor/measure.js";
import { python, withPython } from "./python.js";

const FRAME = { hard: 28, lines: 2, fast: 18, too_fast: 25, glimpse: 700, shortest: 1000, longest: 5000, gap: 83 };
const cue = (text, shown = 2000) => ({ start: 0, end: shown, text });
const named = (text, shown, after) => measure(cue(text, shown), FRAME, after).faults.map(({ check }) => check);

test("spaces are read, line breaks are not, and an emoji is one character", () => {
  assert.equal(readingSpeed(cue("Мы ждём\nвас 👋")), 6);
  assert.equal(longestLine("Мы\nждём 👋"), 6);
});

test("calm, fast, too fast", () => {
  const pace = (characters) => measure(cue("а".repeat(characters)), FRAME).pace;
  assert.deepEqual([36, 37, 50, 51].map(pace), ["calm", "fast", "fast", "too_fast"]);
});

test("what is wrong has the name of the server's check", () => {
  assert.deepEqual(named("Мы ждём вас."), []);
  assert.deepEqual(named("а".repeat(29)), ["line_too_long"]);
  assert.deepEqual(named("а\nб\nв"), ["too_many_lines"]);
  assert.deepEqual(named("Да", 600), ["too_short"]);
  assert.deepEqual(named("Да", 5001), ["too_long"]);
  assert.deepEqual(named("Да", 2000, { start: 2050 }), ["gap"]);
  assert.deepEqual(named("Да", 2000, { start: 1999 }), ["overlap"]);
});

test("a tie is rounded as Python does", () => {
  assert.deepEqual([16.25, 16.75, 0.25, 17.05, 17.04999, 3].map(rounded), [16.2, 16.8, 0.2, 17.1, 17.0, 3]);
});

test("Python counts and judges the same", withPython, () => {
  for (const { cue, after, frame, cps, speed, cpl, faults } of python.measures) {
    const found = measure(cue, python.frames[frame], after);
    const about = JSON.stringify({ cue, after, frame });
    assert.equal(readingSpeed(cue), cps, about);
    assert.equal(found.cps, speed, about);
    assert.equal(found.cpl, cpl, about);
    assert.deepEqual(found.faults.map(({ check, severity }) => `${check} ${severity}`).sort(), faults, about);
  }
});

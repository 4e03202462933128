import assert from "node:assert/strict";
import { test } from "node:test";

import { length, pasted, tidy } from "../../web/static/editor/text.js";
import { python, withPython } from "./python.js";

test("what cannot be seen is gone, and markup is text", () => {
  assert.equal(tidy("\u200bМир\u202e \u0000вам\ufeff\r\n\n <i>да</i> "), "Мир  вам\n<i>да</i>");
  assert.equal(tidy("по\u00adбе\u2060да"), "победа");
  assert.equal(tidy("Мир \ud83d"), "Мир"); // half of an emoji
});

test("Python keeps the same of every text", withPython, () => {
  for (const [text, kept] of python.tidied) assert.equal(tidy(text), kept, JSON.stringify(text));
});

test("no-break spaces stay where they were meant", () => {
  const kept = [
    "10\u00a0000 р.",
    "№\u00a05",
    "5\u00a0%",
    "в\u00a0мире",
    "А.\u00a0Петрова",
    "мир\u00a0– это",
    "он\u202fже",
  ];
  for (const text of kept) assert.equal(pasted(text), text);
});

test("and are plain ones elsewhere", () => {
  assert.equal(pasted("Мама\u00a0мыла\u00a0\u00a0раму"), "Мама мыла раму");
  assert.equal(pasted("–\u00a0Ты где?"), "– Ты где?");
  assert.equal(pasted("Мир\t \u00a0 вам\u00a0"), "Мир вам");
});

test("characters are counted as Python does", () => {
  assert.equal(length("за́👋"), 4);
});

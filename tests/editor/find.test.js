import assert from "node:assert/strict";
import { test } from "node:test";

import { find, preview, replace } from "../../web/static/editor/find.js";
import { adopted, setText } from "../../web/static/editor/store.js";
import { chance, ROOM, track } from "./random.js";

const track_of = (...texts) =>
  adopted(
    texts.map((text, i) => ({ start: i * 3000, end: i * 3000 + 2000, text })),
    ROOM,
  );
const found = (text, query) => find(track_of(text), query).map(({ start, end }) => text.slice(start, end));
const changed = (text, query, by) => preview(track_of(text), query, by)[0]?.after;

test("without case, also of Cyrillic letters", () => {
  assert.deepEqual(found("Мир, МИР и мирный", { text: "мир" }), ["Мир", "МИР", "мир"]);
  assert.deepEqual(found("Мир, МИР и мирный", { text: "мир", matchCase: true }), ["мир"]);
});

test("whole words only, and a hyphen does not end one", () => {
  assert.deepEqual(found("мир, мирный, «мир» за мир", { text: "мир", wholeWord: true }), ["мир", "мир", "мир"]);
  assert.deepEqual(found("что-то и что – то", { text: "что", wholeWord: true }), ["что"]);
  assert.deepEqual(found("кто-то, он-то", { text: "-то", wholeWord: true }), []);
  assert.deepEqual(found("Да? Да! Да?", { text: "Да?", wholeWord: true }), ["Да?", "Да?"]);
});

test("«е» finds «ё», over a line break too, and signs mean themselves", () => {
  assert.deepEqual(found("ещё\nраз", { text: "еще раз" }), ["ещё\nраз"]);
  assert.deepEqual(found("ещё", { text: "еще", matchCase: true }), []);
  assert.deepEqual(found("1+1 (да) [нет] a\\b $", { text: "+1 (да) [нет] a\\b $" }).length, 1);
  assert.deepEqual(found("кто-то", { text: "о-т" }), ["о-т"]);
  assert.deepEqual(found("что угодно", { text: " " }), []);
  assert.deepEqual(found("что угодно", { text: "." }), []);
});

test("a capital at the start stays one where case does not matter", () => {
  assert.equal(changed("Ещо раз и ещо", { text: "ещо" }, "ещё"), "Ещё раз и ещё");
  assert.equal(changed("Ещо раз и ещо", { text: "ещо", matchCase: true }, "ещё"), "Ещо раз и ещё");
  assert.equal(changed("мир", { text: "мир" }, "$& $1"), "$& $1");
});

test("what would change is listed, and only that is done", () => {
  const cues = track_of("война", "мир", "Война и война");
  const changes = preview(cues, { text: "война" }, "беда");
  assert.deepEqual(
    changes.map(({ id, after, matches }) => [id, after, matches]),
    [
      ["0", "беда", 1],
      ["2", "Беда и беда", 2],
    ],
  );
  const after = replace(cues, changes.slice(1));
  assert.deepEqual(
    after.map(({ text }) => text),
    ["война", "мир", "Беда и беда"],
  );
  assert.equal(after[0], cues[0]);
  assert.equal(replace(cues, []), cues);
});

test("a cue that was changed since is left alone", () => {
  const cues = track_of("война", "война");
  const changes = preview(cues, { text: "война" }, "беда");
  assert.deepEqual(
    replace(setText(cues, "0", "Нет"), changes).map(({ text }) => text),
    ["Нет", "беда"],
  );
});

test("a replacement by what was found changes nothing", () => {
  const random = chance();
  for (let round = 0; round < 500; round++) {
    const cues = track(random);
    const text = random.one(["мир", "на", "👋", "…", "за́"]);
    assert.deepEqual(preview(cues, { text, matchCase: true }, text), []);
    for (const { id, start, end } of find(cues, { text }))
      assert.equal(
        cues
          .find((cue) => cue.id === id)
          .text.slice(start, end)
          .toLowerCase(),
        text,
      );
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../web/static/editor/history.js";
import { remove, sameTrack, setText } from "../../web/static/editor/store.js";
import { deed } from "./deeds.js";
import { chance, track } from "./random.js";

const begun = () => {
  const cues = track(chance(1), 4);
  return { cues, history: new History(cues) };
};

/** Somebody types into a cue, a letter each so many ms; when she stopped. */
function typing(history, id, text, from = 0, each = 200) {
  [...text].forEach((_, i) => {
    const cues = setText(history.cues, id, text.slice(0, i + 1));
    history.add(cues, { selected: id, typing: true, at: from + i * each });
  });
  return from + text.length * each;
}

test("a phrase typed without a pause is one step", () => {
  const { cues, history } = begun();
  typing(history, "1", "Мир вам");
  assert.equal(history.undo(), "1");
  assert.equal(history.cues, cues);
  assert.equal(history.redo(), "1");
  assert.equal(history.cues[1].text, "Мир вам");
});

test("after a pause of more than a second, in another cue, after leaving the box: a new step", () => {
  const { cues, history } = begun();
  typing(history, "1", "Мир", 0);
  history.add(setText(history.cues, "1", "Мир "), { selected: "1", typing: true, at: 1400 }); // 1000 ms later: goes on
  history.add(setText(history.cues, "1", "Мир в"), { selected: "1", typing: true, at: 2401 });
  history.add(setText(history.cues, "2", "М"), { selected: "2", typing: true, at: 2500 });
  history.pause();
  history.add(setText(history.cues, "2", "Мы"), { selected: "2", typing: true, at: 2600 });
  const steps = [];
  while (history.canUndo) {
    steps.push([history.cues[1].text, history.cues[2].text === cues[2].text ? "" : history.cues[2].text]);
    history.undo();
  }
  assert.deepEqual(steps, [
    ["Мир в", "Мы"],
    ["Мир в", "М"],
    ["Мир в", ""],
    ["Мир ", ""],
  ]);
});

test("typing after an undo is a new step and ends what could be done again", () => {
  const { history } = begun();
  const at = typing(history, "1", "Мир");
  history.undo();
  history.redo();
  history.add(setText(history.cues, "1", "Мирно"), { selected: "1", typing: true, at });
  history.undo();
  assert.equal(history.cues[1].text, "Мир");
  history.add(remove(history.cues, "3"), { selected: "3", after: "2" });
  assert.equal(history.canRedo, false);
});

test("undo and redo say which cue to look at", () => {
  const { history } = begun();
  history.add(remove(history.cues, "3"), { selected: "3", after: "2" });
  assert.equal(history.undo(), "3");
  assert.equal(history.redo(), "2");
  assert.equal(history.redo(), undefined);
  history.undo();
  assert.equal(history.undo(), undefined);
});

test("nothing done is no step", () => {
  const { cues, history } = begun();
  history.add(setText(cues, "1", cues[1].text), { selected: "1" });
  assert.equal(history.canUndo, false);
});

test("it knows what is saved, also while people go on typing, and after undo", () => {
  const { history } = begun();
  assert.equal(history.isSaved, true);
  typing(history, "1", "М");
  const sent = history.cues;
  typing(history, "1", "Мы", 200);
  history.markSaved(sent);
  assert.equal(history.isSaved, false);
  history.markSaved(history.cues);
  assert.equal(history.isSaved, true);
  history.undo();
  assert.equal(history.isSaved, false);
  history.redo();
  assert.equal(history.isSaved, true);
});

test("the same words typed again are saved words", () => {
  const { cues, history } = begun();
  history.add(setText(history.cues, "1", "Мир"), { selected: "1" });
  history.add(setText(history.cues, "1", cues[1].text), { selected: "1" });
  assert.equal(history.isSaved, true);
});

test("any deeds, undone to the first and done again, are the same at every step", () => {
  const random = chance();
  for (let round = 0; round < 200; round++) {
    const history = new History(track(random));
    const seen = [history.cues];
    for (let step = 0; step < 30; step++) {
      const after = deed(random, history.cues, `n${step}`);
      if (after !== history.cues) seen.push(after);
      history.add(after, { selected: random.one(history.cues)?.id ?? null });
    }
    let place = seen.length - 1;
    for (let step = 0; step < 80; step++) {
      const back = random.next() < 0.5;
      const moved = (back ? history.undo() : history.redo()) !== undefined;
      assert.equal(moved, back ? place > 0 : place < seen.length - 1);
      place += moved ? (back ? -1 : 1) : 0;
      assert.equal(history.cues, seen[place]);
      assert.equal(history.isSaved, sameTrack(history.cues, seen[0]));
    }
    while (history.canUndo) history.undo();
    assert.equal(history.cues, seen[0]);
  }
});

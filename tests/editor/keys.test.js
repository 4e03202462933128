import assert from "node:assert/strict";
import { test } from "node:test";

import { actionOf, caps, clashes, keysOf, shortcuts } from "../../web/static/editor/keys.js";
import { SHORTCUTS } from "../../web/static/editor/shortcuts.js";

const TABLE = shortcuts();
const action = (press, typing = true, table = TABLE) => actionOf(press, typing, table)?.action;

test("the same key caps by name on a Latin keyboard, by place on a Russian one", () => {
  assert.equal(action({ key: "z", code: "KeyZ", ctrlKey: true }), "undo");
  assert.equal(action({ key: "я", code: "KeyZ", ctrlKey: true }), "undo");
  assert.equal(action({ key: "Я", code: "KeyZ", ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(action({ key: "з", code: "KeyP", altKey: true }), "play_cue");
  assert.equal(action({ key: "х", code: "BracketLeft", altKey: true }), "start_earlier");
  assert.equal(action({ key: "z", code: "KeyY", ctrlKey: true }), "undo"); // a German keyboard
});

test("the command key of a Mac is Ctrl, and what Option makes of a letter does not matter", () => {
  assert.equal(action({ key: "z", code: "KeyZ", metaKey: true }), "undo");
  assert.equal(action({ key: "π", code: "KeyP", altKey: true }), "play_cue");
  assert.equal(action({ key: "Dead", code: "KeyN", altKey: true }), "insert");
});

test("a letter is a letter while somebody types", () => {
  assert.equal(action({ key: " ", code: "Space" }, true), undefined);
  assert.equal(action({ key: " ", code: "Space" }, false), "play_here");
  assert.equal(action({ key: " ", code: "Space", ctrlKey: true }, true), "play");
  assert.equal(action({ key: "?", code: "Digit7", shiftKey: true }, false), "help_here"); // where a Russian keyboard has it
  assert.equal(action({ key: "?", code: "Slash", shiftKey: true }, true), undefined);
  assert.equal(action({ key: "Enter", code: "Enter" }, true), "done");
  assert.equal(action({ key: "Enter", code: "Enter" }, false), undefined); // it presses a button there
  assert.equal(action({ key: "Enter", code: "NumpadEnter", ctrlKey: true }), "split");
});

test("signs written by their number with Alt are left alone", () => {
  assert.equal(action({ key: "1", code: "Numpad1", altKey: true }), undefined);
  assert.equal(action({ key: "1", code: "Digit1", altKey: true }), "take_first");
});

test("a keyboard on the screen names keys and no places", () => {
  assert.equal(action({ key: "Enter", code: "" }, true), "done");
  assert.equal(action({ key: " ", code: "" }, false), "play_here");
});

test("a key that is held down goes on only where that helps", () => {
  assert.equal(action({ key: "х", code: "BracketLeft", altKey: true, repeat: true }), "start_earlier");
  assert.equal(action({ key: "Enter", code: "Enter", ctrlKey: true, repeat: true }), undefined);
});

test("letters that are being composed and modifiers alone are no action", () => {
  assert.equal(action({ key: "Enter", code: "Enter", isComposing: true }), undefined);
  assert.equal(keysOf({ key: "Control", code: "ControlLeft", ctrlKey: true }), "");
  assert.equal(keysOf({ key: "AltGraph", code: "AltRight" }), "");
});

test("people have keys of their own, or none", () => {
  const own = shortcuts({ split: ["Shift+Alt+D"], play_here: [] });
  assert.equal(action({ key: "в", code: "KeyD", altKey: true, shiftKey: true }, true, own), "split");
  assert.equal(action({ key: "Enter", code: "Enter", ctrlKey: true }, true, own), undefined);
  assert.equal(action({ key: " ", code: "Space" }, false, own), undefined);
});

test("nothing clashes as we give it; what would is named, and what no browser gives away", () => {
  assert.deepEqual(clashes(TABLE), []);
  assert.deepEqual(clashes(shortcuts({ split: ["Alt+N"] })), [{ keys: "Alt+N", actions: ["split", "insert"] }]);
  assert.deepEqual(clashes(shortcuts({ split: ["Ctrl+W"] })), [{ keys: "Ctrl+W", actions: ["split"] }]);
  assert.deepEqual(clashes(shortcuts({ done: ["Space"] })), []); // one in the text, one outside
  assert.deepEqual(clashes(shortcuts({ play: ["Space"] })), [{ keys: "Space", actions: ["play", "play_here"] }]);
});

test("every key of the table can be pressed", () => {
  for (const { action: name, keys, where } of TABLE) {
    for (const each of keys) {
      const parts = each.split("+");
      const last = parts.pop();
      const code = /^[A-Z]$/.test(last) ? `Key${last}` : /^\d$/.test(last) ? `Digit${last}` : last;
      const key = /^[A-Z]$/.test(last) ? last.toLowerCase() : last;
      const [ctrlKey, altKey, shiftKey] = ["Ctrl", "Alt", "Shift"].map((one) => parts.includes(one));
      assert.equal(action({ key, code, ctrlKey, altKey, shiftKey }, where !== "outside"), name, each);
    }
  }
  assert.equal(new Set(SHORTCUTS.map((one) => one.action)).size, SHORTCUTS.length);
});

test("keys are shown as they are printed on the caps", () => {
  assert.deepEqual(caps("Alt+Shift+ArrowUp"), ["Alt", "Shift", "↑"]);
});

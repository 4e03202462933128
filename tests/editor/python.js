// What Python says to the same questions: tests/test_editor.py asks it and leaves the answers in a file.

import { readFileSync } from "node:fs";

const file = process.env.EDITOR_ANSWERS;

export const python = file ? JSON.parse(readFileSync(file, "utf8")) : null;

/** For test(): left out where nobody asked Python, that is, outside of pytest, which takes no omission for an answer. */
export const withPython = { skip: !python && "run by tests/test_editor.py" };

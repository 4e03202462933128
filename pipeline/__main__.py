"""python -m pipeline CLIP --out DIR [--language be] [--model NAME|PATH|phrasebook]

All steps on one file, without server and database. Leaves the transcript and the Russian track as .srt, .vtt and .ass
and the finished clip in DIR. Progress goes to stderr; exit 0, or 1 with one sentence.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import formats, layout
from pipeline.errors import PipelineError
from pipeline.prepare import prepare, proxy_size
from pipeline.probe import probe
from pipeline.render import burn_in
from pipeline.sandbox import Sandbox
from pipeline.speech import find_speech, read_wav
from pipeline.transcribe import load_model, resolve, transcribe
from pipeline.translate import draft


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    asked = _parser().parse_args(arguments)
    if not asked.clip.is_file():
        _say(f"There is no file {asked.clip.name}.")
        return 1
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
        _all_steps(
            asked.clip.resolve(), asked.out.resolve(), asked.language, asked.model, Sandbox(not asked.no_sandbox)
        )
    except (PipelineError, OSError) as error:
        _say(str(error))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Subtitle one clip in Russian.")
    parser.add_argument("clip", type=Path, help="the video")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--language", help="the language spoken, such as be; detected unless told")
    parser.add_argument("--model", default="auto", help="a Whisper model's name or path, or phrasebook")
    parser.add_argument("--no-sandbox", action="store_true", help="for machines without bubblewrap; trusted clips only")
    return parser


def _all_steps(clip: Path, out: Path, language: str | None, model: str, box: Sandbox) -> None:
    with tempfile.TemporaryDirectory(dir=out) as folder:
        work = Path(folder)
        _say("Looking at the clip")
        info = probe(box, clip, work)
        _say("Preparing it")
        made = prepare(box, clip, info, work)
        _say(f"Listening with {resolve(model)}")
        spoken = transcribe(load_model(resolve(model)), read_wav(made.audio), language, find_speech(made.audio))
        _say("Translating" if spoken.cues else "Nobody speaks in this clip")
        size = proxy_size(info)
        russian, _ = draft(box, spoken.cues, spoken.language, layout.profile(*size), work)
        _say("Drawing the captions")
        finished = burn_in(box, made.clean, russian, info, work / "finished.mp4")
        shutil.move(finished, out / finished.name)
        for name, cues in (("transcript", spoken.cues), ("russian", russian)):
            (out / f"{name}.srt").write_text(formats.srt(cues), "utf-8")
            (out / f"{name}.vtt").write_text(formats.vtt(cues), "utf-8")
            (out / f"{name}.ass").write_text(formats.ass(cues, *size), "utf-8")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

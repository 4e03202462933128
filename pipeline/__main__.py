"""python -m pipeline CLIP --out DIR [--language be] [--model NAME|PATH|phrasebook] [--engine whisper|faster-whisper]
                              [--profile portrait|square|landscape] [--check] [--no-sandbox]
python -m pipeline check FILE [--profile portrait|square|landscape] [--spoken FILE --language be]

All steps on one file, without server and database: leaves the transcript and the Russian track as .srt, .vtt, .ass and
.ttml and the finished clip in DIR. Progress goes to stderr; exit 0, or 1 with one sentence, or 2 for wrong options.
CAMPAIGN_FILE, TRANSLATE_KEY, WEIGHTS_DIR and OFFLINE of the environment count here too.

check reads a Russian subtitle file of any format and says what is wrong with it, one line a finding: number of the
cue in order of time, severity, check, sentence. Exit 0 without errors among them, 1 with, 2 with one sentence where it
could not read.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from pipeline import checks, formats, layout
from pipeline.campaign import Campaign
from pipeline.checks import Finding
from pipeline.config import Settings
from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, Profile
from pipeline.look import Look
from pipeline.memory import Memory, starter
from pipeline.prepare import prepare, proxy_size
from pipeline.probe import probe
from pipeline.render import burn_in
from pipeline.sandbox import Sandbox
from pipeline.speech import find_speech, read_wav
from pipeline.transcribe import SEVERAL, Transcript, knows, load_model, resolve, transcribe
from pipeline.translate import draft

PROFILES = {frame.name: frame for frame in (PORTRAIT, SQUARE, LANDSCAPE)}
ENGINES = ("whisper", "faster-whisper")
DETECT = {"und", "other"}  # what the form declares where nobody knows the language, or it has no name there


class Stop(Exception):
    """Nothing can be done with what was asked for; says so in one sentence."""


class Misuse(Stop):
    """The options make no sense; the exit status is 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    checking = words[:1] == ["check"]
    try:
        if checking:
            return _check(_check_parser().parse_args(words[1:]))
        return _subtitle(_clip_parser().parse_args(words))
    except PipelineError as error:
        _say(error.detail if error.reason == "no_model" else str(error))  # of models the detail says more
    except Stop as error:
        _say(str(error))
        if isinstance(error, Misuse):
            return 2
    except OSError as error:
        _say(f"{error.strerror}: {error.filename}." if error.filename else f"{error}.")
    return 2 if checking else 1


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, and leaves with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; --help shows what there is.\n")


def _clip_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m pipeline",
        description="Subtitle one clip in Russian.",
        epilog="python -m pipeline check FILE says what is wrong with a Russian subtitle file.",
    )
    parser.add_argument("clip", type=Path, help="the video")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--language", help="the language spoken, such as be; mul for several; detected unless told")
    parser.add_argument("--model", default="auto", help="a Whisper model's name or path, or phrasebook")
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="what runs the model")
    parser.add_argument("--profile", choices=PROFILES, help="reading rules; those of the clip's shape unless told")
    parser.add_argument("--check", action="store_true", help="say what is wrong with the Russian draft")
    parser.add_argument("--no-sandbox", action="store_true", help="for machines without bubblewrap; trusted clips only")
    return parser


def _check_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m pipeline check", description="Say what is wrong with a Russian subtitle file.")
    parser.add_argument("file", type=Path, help="SRT, WebVTT, ASS or TTML, in any encoding")
    parser.add_argument("--profile", choices=PROFILES, default="portrait", help="reading rules, portrait unless told")
    parser.add_argument("--spoken", type=Path, metavar="FILE", help="the transcript, for what only it can tell")
    parser.add_argument("--language", default="", help="the transcript's language, such as be")
    return parser


def _subtitle(asked: argparse.Namespace) -> int:
    if not asked.clip.is_file():
        raise Stop(f"There is no file {asked.clip.name}.")
    settings = _settings()
    campaign = _campaign(settings)
    asked.language = _language(asked.language, campaign)
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.out.resolve()) as folder:
        findings = _all_steps(asked, campaign, settings, Path(folder))
    if asked.check:
        _report(findings)
    return 0


def _all_steps(asked: argparse.Namespace, campaign: Campaign, settings: Settings, work: Path) -> list[Finding]:
    """Make everything, and find what is wrong with the Russian track."""
    box, clip, out = Sandbox(not asked.no_sandbox), asked.clip.resolve(), asked.out.resolve()
    _say("Looking at the clip")
    info = probe(box, clip, work)
    size = proxy_size(info)
    rules = PROFILES[asked.profile] if asked.profile else layout.profile(*size)
    _say("Preparing it")
    made = prepare(box, clip, info, work)
    spoken = _listen(asked, made.audio, settings, rules)
    russian = _translate(box, spoken, rules, work, campaign)
    _say("Drawing the captions")
    finished = burn_in(box, made.clean, russian, info, work / "finished.mp4", look=campaign.look)
    shutil.move(finished, out / finished.name)
    for track, cues in (("transcript", spoken.cues), ("russian", russian)):
        for form, text in _texts(cues, size, campaign.look):
            (out / f"{track}.{form}").write_text(text, "utf-8")
    return checks.check(
        russian, rules, spoken=spoken.cues, language=spoken.language,
        glossary=campaign.glossary, clip_ms=info.duration_ms,
    )  # fmt: skip


def _listen(asked: argparse.Namespace, audio: Path, settings: Settings, rules: Profile) -> Transcript:
    name = resolve(asked.model, settings.weights_dir)
    _say(f"Listening with {name}")
    model = load_model(name, asked.engine, settings.weights_dir, settings.offline)
    spoken = transcribe(model, read_wav(audio), asked.language, find_speech(audio), rules)
    _say("Translating" if spoken.cues else "Nobody speaks in this clip")
    if spoken.reason:
        _say(spoken.reason)
    return spoken


def _translate(box: Sandbox, spoken: Transcript, rules: Profile, work: Path, campaign: Campaign) -> list[Cue]:
    return draft(
        box, spoken.cues, spoken.language, rules, work,
        engines=campaign.engines, memory=Memory(starter()), glossary=campaign.glossary,
    )  # fmt: skip


def _texts(cues: Sequence[Cue], size: tuple[int, int], chosen: Look) -> Iterator[tuple[str, str]]:
    """The cues in each format, by its ending."""
    yield "srt", formats.srt(cues)
    yield "vtt", formats.vtt(cues)
    yield "ttml", formats.ttml(cues)
    yield "ass", formats.ass(cues, *size, chosen)


def _check(asked: argparse.Namespace) -> int:
    if asked.spoken and not asked.language:
        raise Misuse("--spoken needs --language, the language of that transcript.")
    campaign = _campaign(_settings())
    language = _language(asked.language or None, campaign) or ""
    cues, spoken = _read(asked.file), _read(asked.spoken) if asked.spoken else []
    findings = checks.check(cues, PROFILES[asked.profile], spoken=spoken, language=language, glossary=campaign.glossary)
    _report(findings)
    return int(any(finding.severity == "error" for finding in findings))


def _read(path: Path) -> list[Cue]:
    """The cues that have text, in order; says what was changed for that."""
    if path.is_dir():
        raise Stop(f"{path.name} is a folder, not a file.")
    if not path.is_file():
        raise Stop(f"There is no file {path.name}.")
    try:
        written = formats.as_written(path.read_bytes(), path.name)
    except formats.BadSubtitles as error:
        raise Stop(f"{path.name}, line {error.line}: {error.sentence}") from error
    cues = [cue for cue in written if cue.text]
    late = sum(after.start < before.start for before, after in pairwise(cues))
    if empty := len(written) - len(cues):
        _say(f"{path.name}: {_cues(empty)} without text {_were(empty)} left out.")
    if late:
        _say(f"{path.name}: {_cues(late)} {_were(late)} out of order; all are counted in order of time.")
    return sorted(cues, key=lambda cue: cue.start)


def _cues(number: int) -> str:
    return "1 cue" if number == 1 else f"{number} cues"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _language(given: str | None, campaign: Campaign) -> str | None:
    """The language to hear; None to detect it."""
    if given is None or given in DETECT:
        return None
    if given != SEVERAL and given not in campaign.languages and not knows(given):
        raise Misuse(f"{given!r} is no language that is known here; give a code such as be, mul or und.")
    return given


def _settings() -> Settings:
    try:
        return Settings.without_key(os.environ)
    except ValueError as error:
        raise Stop(f"{error}.") from error


def _campaign(settings: Settings) -> Campaign:
    try:
        return Campaign.load(settings.campaign_file, settings.translate_key, settings.offline)
    except ValueError as error:
        raise Stop(f"{settings.campaign_file.name} cannot be used: {error}") from error


def _report(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"{finding.cue + 1} {finding.severity} {finding.check}: {finding.sentence}")
    if not findings:
        _say("No check found anything.")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

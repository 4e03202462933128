"""What is said in a clip, by openai-whisper. Nothing is deleted silently: what cannot be trusted is marked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline import cues
from pipeline.cues import Cue, Word
from pipeline.errors import PipelineError
from pipeline.speech import Samples, read_wav

PHRASEBOOK = Path(__file__).parent.parent / "phrasebook" / "phrasebook.pt"
CACHE = Path.home() / ".cache" / "whisper"
#: Models that "auto" takes, best first: turbo hears nearly as well as large-v3 and is far faster.
REAL_MODELS = ("large-v3-turbo", "large-v3", "medium", "small", "base", "tiny")

Spans = Sequence[tuple[int, int]]  # of speech, in ms


@dataclass(frozen=True)
class Model:
    """A loaded network and the name under which it signs its transcripts."""

    name: str
    network: Any


@dataclass(frozen=True)
class Transcript:
    """The cues in the language spoken; model "none" where no model heard it."""

    language: str
    cues: tuple[Cue, ...]
    model: str


def resolve(name: str, cached: Path = CACHE) -> str:
    """What "auto" stands for here: the best model whose weights lie in `cached`, else "phrasebook". Fetches nothing."""
    if name != "auto":
        return name
    return next((real for real in REAL_MODELS if (cached / f"{real}.pt").exists()), "phrasebook")


@cache
def load_model(name: str) -> Model:
    """A model by Whisper's name for it (fetched if need be), by path, or "phrasebook"; kept for the process.

    Raises PipelineError("no_model").
    """
    import whisper
    from whisper import timing

    # numba compiles the alignment of words anew in each process, for seconds, unless it may keep the result
    with suppress(RuntimeError):
        timing.dtw_cpu.enable_caching()
        timing.backtrace.enable_caching()
    try:
        network = whisper.load_model(str(PHRASEBOOK) if name == "phrasebook" else name)
    except Exception as error:  # a path that is no model fails in as many ways as torch.load has
        raise PipelineError("no_model", f"{name}: {error}") from error
    return Model(Path(name).stem, network)


def transcribe(model: Model, samples: Samples, language: str | None, speech: Spans) -> Transcript:
    """Cues for 16 kHz samples. language: BCP 47, None to have it detected. Without speech Whisper is not asked."""
    if not speech:
        return Transcript(language or "", (), model.name)
    result = model.network.transcribe(
        samples,
        language=_known(language),
        condition_on_previous_text=False,  # else one invented phrase breeds the next
        word_timestamps=True,
        fp16=model.network.device.type == "cuda",
        verbose=None,
    )
    words = [
        Word(round(word["start"] * 1000), round(word["end"] * 1000), word["word"], float(word["probability"]))
        for segment in result["segments"]
        for word in segment["words"]
    ]
    heard = _doubted(cues.from_words(words), speech)
    unread = cues.empty([span for span in speech if not any(_overlap(span, cue) for cue in heard)], "unread")
    made = sorted([*heard, *unread], key=lambda cue: cue.start)
    return Transcript(language or result["language"], tuple(made), model.name)


def transcribe_or_leave_empty(name: str, audio: Path, language: str | None, speech: Spans) -> Transcript:
    """transcribe() for a WAV file; where no model can be had, empty cues where somebody speaks."""
    try:
        return transcribe(load_model(resolve(name)), read_wav(audio), language, speech)
    except PipelineError:
        return Transcript(language or "", tuple(cues.empty(speech, "unread")), "none")


def _known(language: str | None) -> str | None:
    """Whisper's code for a language; None, that is to be detected, for one that it was not taught."""
    from whisper.tokenizer import LANGUAGES

    code = (language or "").split("-")[0].lower()
    return code if code in LANGUAGES else None


def _doubted(heard: list[Cue], speech: Spans) -> list[Cue]:
    """The same cues, with a doubt where nobody speaks and where the text only repeats the one before."""
    repeated = {id(later) for before, later in pairwise(heard) if before.text == later.text}
    return [
        replace(
            cue,
            doubts=cue.doubts
            + ("no_speech",) * (not any(_overlap(span, cue) for span in speech))
            + ("repetition",) * (id(cue) in repeated),
        )
        for cue in heard
    ]


def _overlap(span: tuple[int, int], cue: Cue) -> bool:
    return span[0] < cue.end and cue.start < span[1]

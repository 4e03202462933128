"""What is said in a clip, by Whisper. Nothing is deleted silently: what cannot be trusted is marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.hearing import doubt, guess, standard
from pipeline.hearing.doubt import Segment
from pipeline.hearing.ears import (
    UNDERSTOOD_NOTHING,
    Ears,
    Languages,
    name_of,
    out_of_memory,
    why_none,
)
from pipeline.hearing.unread import with_unread
from pipeline.layout import Profile
from pipeline.speech import RATE, WINDOW, Samples, Spans, Window, read_wav, windows

PHRASEBOOK = Path(__file__).parent.parent / "phrasebook" / "phrasebook.pt"
CACHE = Path.home() / ".cache" / "whisper"
#: Models that "auto" takes, best first: turbo hears nearly as well as large-v3 and is far faster.
REAL_MODELS = ("large-v3-turbo", "large-v3", "medium", "small", "base", "tiny")

SEVERAL = "mul"  # BCP 47: each window is in a language of its own
SHORT_WINDOW = 10_000  # ms where the language may change; Whisper names one language for a window
UNCLEAR = 0.5  # probability of a window's language below which nobody should rely on it

#: Where Whisper's code for a language is not that of BCP 47.
OWN_CODES = {"jv": "jw", "nb": "no", "fil": "tl", "cmn": "zh", "iw": "he"}


@dataclass(frozen=True)
class Model:
    """A loaded network, the name under which it signs its transcripts, and how the few sentences it knows sound.

    sounds: None for a model that knows whole languages.
    """

    name: str
    network: Any
    ears: Ears
    sounds: guess.Sounds | None = None


@dataclass(frozen=True)
class Transcript:
    """The cues in the language spoken, "mul" if several; model "none" where none heard it.

    reason: why there are no words although somebody speaks, in one sentence.
    """

    language: str
    cues: tuple[Cue, ...]
    model: str
    reason: str = ""


def resolve(name: str, weights: Path = CACHE) -> str:
    """What "auto" stands for here: the best model that lies in `weights`, else "phrasebook". Fetches nothing."""
    if name != "auto":
        return name
    return next((real for real in REAL_MODELS if (weights / f"{real}.pt").exists()), "phrasebook")


def load_model(name: str, engine: str = "whisper", weights: Path | None = None, offline: bool = False) -> Model:
    """A model by Whisper's name for it (fetched if need be), by path, or "phrasebook"; kept for the process.

    weights: the folder of fetched and converted weights, whisper's own unless told. offline: nothing is fetched.
    Raises PipelineError("no_model") with one sentence for staff as its detail.
    """
    return _load(name, engine, weights, offline)


@cache
def _load(name: str, engine: str, weights: Path | None, offline: bool) -> Model:
    path = PHRASEBOOK if name == "phrasebook" else Path(name)
    try:
        if offline:
            standard.need_here(path, weights or CACHE)
        if engine == "faster-whisper":
            network = _converted(path, weights)
            return Model(f"{name_of(path)}, {engine}", network, _faster(network), guess.read(path))
        network = standard.network(path, weights)
        return Model(name_of(path), network, standard.Standard(network), guess.read(path))
    except Exception as error:  # a path that is no model fails in as many ways as torch.load has
        raise PipelineError("no_model", why_none(error)) from error


def transcribe(
    model: Model,
    samples: Samples,
    language: str | None,
    speech: Spans,
    frame: Profile,
    on_progress: Callable[[float], object] = lambda share: None,
) -> Transcript:
    """Cues for 16 kHz samples, for a picture of this shape. Without speech Whisper is not asked.

    Raises PipelineError("no_model") for a model whose numbers are none.

    language: BCP 47; None to have it detected; "mul" for several. It is not overruled: where Whisper hears another one,
    the cues have a doubt. on_progress gets the share that is done, 0 to 1, twice a window; it may raise to stop.
    """
    found = windows(speech, SHORT_WINDOW if language == SEVERAL else WINDOW)
    heard = [(window, sound) for window in found if len(sound := window.cut(samples))]
    whole, done = 2 * sum(window.length for window, _ in heard), 0
    detected, segments = [], []
    with model.ears.listening():
        for window, sound in heard:
            detected.append(model.ears.detect(sound))
            on_progress((done := done + window.length) / whole)
        main, spoken = _languages(language, [window.length for window, _ in heard], detected)
        for (window, sound), (code, odd) in zip(heard, spoken, strict=True):
            own = _tag(code) if main == SEVERAL else ""
            segments += [_placed(segment, window, own, odd) for segment in model.ears.hear(sound, code)]
            on_progress((done := done + window.length) / whole)
    if model.sounds:
        segments = [_guess(segment, samples, speech, model.sounds) for segment in segments]
    words = doubt.marked(segments, speech, main)
    # the last cue may be lengthened to be read, but no player shows it after the clip
    end = len(samples) * 1000 // RATE
    made = with_unread(words, speech, frame)
    inside = [replace(cue, end=min(cue.end, max(end, cue.start + frame.glimpse))) for cue in made]
    return Transcript(main, tuple(inside), model.name, UNDERSTOOD_NOTHING if heard and not words else "")


def transcribe_or_leave_empty(
    name: str,
    audio: Path,
    language: str | None,
    speech: Spans,
    frame: Profile,
    engine: str = "whisper",
    on_progress: Callable[[float], object] = lambda share: None,
    weights: Path | None = None,
    offline: bool = False,
) -> Transcript:
    """transcribe() for a WAV file; where no model can be had, empty cues where somebody speaks, and the reason."""
    try:
        model = load_model(resolve(name, weights or CACHE), engine, weights, offline)
        return transcribe(model, read_wav(audio), language, speech, frame, on_progress)
    except PipelineError as error:
        reason = error.detail
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        reason = why_none(error)
    return Transcript(language or "", tuple(with_unread([], speech, frame)), "none", reason)


def _languages(
    language: str | None, lengths: Sequence[int], detected: Sequence[Languages]
) -> tuple[str, list[tuple[str, bool]]]:
    """The transcript's language, and for each window Whisper's code to hear it with, and whether that is doubtful."""
    if language == SEVERAL:
        best = [max(heard, key=heard.__getitem__) for heard in detected]
        return SEVERAL, [(code, heard[code] < UNCLEAR) for code, heard in zip(best, detected, strict=True)]
    together: Counter[str] = Counter()
    for length, heard in zip(lengths, detected, strict=True):
        together.update({code: length * probability for code, probability in heard.items()})
    likely = together.most_common(1)[0][0] if together else ""
    known = _known(language)
    unknown = language is not None and known is None
    code = known or likely
    return language or _tag(code), [(code, unknown or doubt.other_language(code, heard)) for heard in detected]


def knows(language: str) -> bool:
    """Whether Whisper was taught this language (BCP 47)."""
    return _known(language) is not None


def _known(language: str | None) -> str | None:
    """Whisper's code for a language; None for one that it was not taught."""
    from whisper.tokenizer import LANGUAGES

    code = (language or "").split("-")[0].lower()
    code = OWN_CODES.get(code, code)
    return code if code in LANGUAGES else None


def _tag(code: str) -> str:
    """The reverse of _known: BCP 47."""
    return "jv" if code == "jw" else code


def _placed(segment: Segment, window: Window, language: str, odd: bool) -> Segment:
    """The segment with the times of the clip."""
    words = []
    for word in segment.words:
        start, end = window.when(word.start, word.end)
        words.append(replace(word, start=start, end=end, language=language))
    return replace(segment, words=tuple(words), doubts=segment.doubts + ("other_language",) * odd)


def _guess(segment: Segment, samples: Samples, speech: Spans, sounds: guess.Sounds) -> Segment:
    guessed = guess.guessed(segment, samples, speech, sounds)
    return replace(segment, doubts=segment.doubts + ("guess",) * guessed)


def _converted(path: Path, weights: Path | None) -> Any:
    """faster-whisper's network of this name or in this file, converted at first use."""
    from pipeline.hearing import fast

    folder = fast.folder_for(path, (weights or CACHE) / "ctranslate2")
    if not folder.is_dir():
        network = standard.network(path, weights)
        fast.convert(network, standard.tokenizer(network), folder)
    return fast.open_network(folder)


def _faster(network: Any) -> Ears:
    from pipeline.hearing import fast

    return fast.Faster(network)

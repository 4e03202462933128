"""What transcribe.py asks of an engine that hears: openai-whisper's there, faster-whisper's in fast.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError

from pipeline.hearing.doubt import Segment
from pipeline.speech import Samples

Languages = Mapping[str, float]  # Whisper's codes with their probabilities


class Ears(Protocol):
    """An engine with a network in it. Sound comes in windows of 30 s at most; times are ms of the window."""

    def listening(self) -> AbstractContextManager[None]:
        """Within, a window that is asked about again is not encoded again."""

    def detect(self, sound: Samples) -> Languages:
        """Which language is spoken."""

    def hear(self, sound: Samples, language: str) -> list[Segment]:
        """What is said, if it is said in this language."""


@contextmanager
def remembered(owner: Any, name: str, same: Callable[[Any, Any], bool]) -> Iterator[None]:
    """Within, the owner's method is called once for the same argument.

    The encoder is most of the work. Whisper asks it for the language, for the text and once more for each try at a
    higher temperature; openai-whisper also for the times of the words.
    """
    method = getattr(owner, name)
    known: list[tuple[Any, Any]] = []

    def answer(given: Any) -> Any:
        for before, answered in known:
            if before.shape == given.shape and same(before, given):
                return answered
        known.append((given, method(given)))
        return known[-1][1]

    setattr(owner, name, answer)
    try:
        yield
    finally:
        delattr(owner, name)


def name_of(path: Path) -> str:
    """A model's name: that of its file without the ending, or whisper's own, in which a point is no ending: base.en."""
    return path.stem if path.is_file() else path.name


def out_of_memory(error: BaseException) -> bool:
    """torch and CTranslate2 say so in words only."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(
        words in said for words in ("out of memory", "allocate memory", "bad_alloc")
    )


class NotHere(Exception):
    """The weights are not on this machine, and may not be fetched."""


UNDERSTOOD_NOTHING = "The speech model understood nothing of the speech."
NO_SENSE = "The speech model gave no sense; its file may be damaged."


def why_none(error: Exception) -> str:
    """Why there is no model, in one sentence without paths."""
    if out_of_memory(error):
        return "There is not enough memory for the speech model."
    if isinstance(error, ImportError):
        return f"A library that the speech model needs is not installed: {error.name}."
    if isinstance(error, NotHere):
        return "The speech model is not on this machine, and OFFLINE forbids to fetch it."
    if isinstance(error, FileNotFoundError):
        return "There is no speech model of this name, and no such file."
    if isinstance(error, URLError | ConnectionError | TimeoutError):
        return "The speech model could not be fetched."
    if isinstance(error, OSError):
        return f"The speech model cannot be read or stored: {error.strerror}."
    return "The file of the speech model is damaged, or it is no Whisper checkpoint."

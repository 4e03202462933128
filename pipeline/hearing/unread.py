"""Speech that nobody read: empty cues for a person to fill, and a doubt where more was said than is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from unicodedata import category

from pipeline import cues
from pipeline.cues import Cue, Word
from pipeline.layout import Profile
from pipeline.speech import Span, Spans

UNREAD = 1500  # ms of speech without a word, within a span that has some, that are worth an empty cue
BETWEEN = 300  # ms that speech goes on around a word; Whisper's word times leave such holes
TOGETHER = 500  # ms of pause between two spans of unread speech that one cue may hold
LONG = 2500  # ms of speech under a cue from which on its pace can be told

# Characters a second of speech, without its pauses, below which words must be missing. Measured with espeak-ng: the
# cues of the sample clips have 14 to 20. Where only one of two neighbours of them is written for both, 21 of 30 are
# below. Of 33 sentences of the phrasebook none is at 130 words a minute, two are at 100.
SLOWEST = 9


def with_unread(words: Sequence[Word], speech: Spans, frame: Profile) -> list[Cue]:
    """The cues of the words, and empty ones between them for the speech that has no words."""
    made = [_doubted(cue, speech) for cue in cues.from_words(words, frame)]
    free = between([(cue.start - frame.gap, cue.end + frame.gap) for cue in made], unread(speech, words))
    empty = [span for span in free if span[1] - span[0] >= frame.glimpse]
    return sorted([*made, *cues.empty(empty, "unread", frame)], key=lambda cue: cue.start)


def _doubted(cue: Cue, speech: Spans) -> Cue:
    """The cue with a doubt where so much is spoken under it that words must be missing."""
    spoken = sum(max(min(end, cue.end) - max(start, cue.start), 0) for start, end in speech)
    swallowed = spoken >= LONG and len(cue.text) * 1000 < SLOWEST * spoken
    # letters without case: of scripts that write whole syllables, or no vowels, and so are read more slowly
    if not swallowed or any(category(letter) == "Lo" for letter in cue.text):
        return cue
    return replace(cue, doubts=(*cue.doubts, "omission"))


def unread(speech: Spans, words: Sequence[Word]) -> list[Span]:
    """Speech that there are no words for: whole spans of it, and long parts of spans."""
    found: list[Span] = []
    for start, end in speech:
        read = [
            (word.start - BETWEEN, word.end + BETWEEN)
            for word in words
            if word.start - BETWEEN < end and start < word.end + BETWEEN
        ]
        shortest = UNREAD if read else 1
        for hole in between(read, [(start, end)]):
            if hole[1] - hole[0] >= shortest:
                joins = found and hole[0] - found[-1][1] <= TOGETHER
                found.append((found.pop()[0], hole[1]) if joins else hole)
    return found


def between(taken: Spans, spans: Spans) -> list[Span]:
    """What is left of the spans where nothing of them is taken."""
    left: list[Span] = []
    for start, end in spans:
        for first, last in sorted(taken):
            if start < min(first, end):
                left.append((start, min(first, end)))
            start = max(start, last)
        if start < end:
            left.append((start, end))
    return left

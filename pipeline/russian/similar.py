"""Which of many texts are most like this one: an index of rare trigrams finds some, rapidfuzz measures those.

Comparing 10,000 texts with 100,000 takes minutes. Two texts that are at least 75 % alike nearly always share one of
their rare trigrams, unless every part of the text was changed. So the text is cut into windows, the rarest trigram of
each names candidates of about its length, and those that share most pairs of letters with it are measured.

Held against measuring all, with 100,000 sentences from the Ukrainian and Russian texts of programs: where something is
alike, the best is found for 98 %, and 97 % of the best three; what is missed is 80 % alike on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Letters = npt.NDArray[np.uint64]

LONGEST = 500  # characters of a text; longer ones are neither kept nor looked for
WINDOW, WINDOWS = 12, 4  # characters in a window; short texts have smaller ones, so that there are so many
BUDGET = 1500  # candidates of one text; the windows with rare trigrams come first
MEASURED = 24  # of them, those with most pairs of letters in common
BATCH = 128  # texts looked for at once: what numpy then holds stays in the processor's cache

ID_BITS, KEY_BITS = 24, 20  # of a number that holds a text's place and a trigram's hash
MASK = (1 << ID_BITS) - 1
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio: multiplying by it scatters the bits of a hash
WORDS = 4  # of 64 bits, in which the pairs of letters of a text are marked


class Similar:
    """An index of texts, to be asked for those that are most like another."""

    def __init__(self, texts: Sequence[str]) -> None:
        places = [place for place, text in enumerate(texts) if 0 < len(text) <= LONGEST]
        self.places = sorted(places, key=lambda place: len(texts[place]))  # so that one length is one range
        self.texts = [texts[place] for place in self.places]
        lengths, trigrams, owners, self.marks, self.marked = _letters(self.texts)
        self.lengths = lengths
        self.postings: Ints = (trigrams << ID_BITS) | owners  # each trigram with each text that has it
        self.postings.sort()
        self.owners = (self.postings & MASK).astype(np.int32)
        self.frequency = np.bincount(trigrams, minlength=1 << KEY_BITS)

    def find(self, texts: Sequence[str], at_least: float, limit: int) -> list[list[tuple[int, float]]]:
        """For each text, the places of at most `limit` others and how like they are in percent, best first.

        Like: fuzz.ratio, twice the letters in common and in order over the letters of both.
        """
        found: list[list[tuple[int, float]]] = [[] for _ in texts]
        asked = [number for number, text in enumerate(texts) if self.texts and 0 < len(text) <= LONGEST]
        for start in range(0, len(asked), BATCH):
            numbers = asked[start : start + BATCH]
            batch = [texts[number] for number in numbers]
            for number, text, rows in zip(numbers, batch, self._likeliest(batch, at_least), strict=True):
                others = [self.texts[row] for row in rows]
                best = process.extract(text, others, scorer=fuzz.ratio, score_cutoff=at_least, limit=limit)
                found[number] = [(self.places[rows[at]], score) for _, score, at in best]
        return found

    def _likeliest(self, texts: list[str], at_least: float) -> list[list[int]]:
        """For each text, the rows of those that are worth measuring, the most promising first."""
        lengths, trigrams, owners, marks, marked = _letters(texts)
        pairs = self._candidates(lengths, trigrams, owners, at_least)
        asker, candidate = pairs >> ID_BITS, pairs & MASK
        common = _count(self.marks.take(candidate, axis=0) & marks.take(asker, axis=0))
        alike = 200 * common / (self.marked.take(candidate) + marked.take(asker))
        good = np.flatnonzero(alike >= at_least - 35)  # a changed letter changes two pairs of letters
        ranked = (100 - alike[good]).astype(np.int64) << ID_BITS | asker[good] << (ID_BITS + 8) | candidate[good]
        ranked.sort()
        first = np.searchsorted(ranked >> (ID_BITS + 8), np.arange(len(texts) + 1)).tolist()
        return [(ranked[start : min(end, start + MEASURED)] & MASK).tolist() for start, end in pairwise(first)]

    def _candidates(self, lengths: Ints, trigrams: Ints, owners: Ints, at_least: float) -> Ints:
        """The texts asked for, each with texts that might be like it: asker and candidate in one number, sorted."""
        chosen = self._rarest(lengths, trigrams, owners)
        trigram, owner = trigrams[chosen] << ID_BITS, owners[chosen]
        # texts whose lengths differ more than this cannot be so like
        shortest = at_least / (200 - at_least)
        low = np.searchsorted(self.lengths, np.floor(lengths * shortest).astype(np.int64))
        high = np.searchsorted(self.lengths, np.ceil(lengths / shortest).astype(np.int64), side="right")
        begin = np.searchsorted(self.postings, trigram | low[owner])
        count = np.searchsorted(self.postings, trigram | high[owner]) - begin
        order = np.lexsort((count, owner))
        begin, count, owner = begin[order], count[order], owner[order]
        total = np.cumsum(count)
        first = np.searchsorted(owner, owner)
        before = total[first] - count[first]  # the rarest of each text is always used
        kept = (total - before <= BUDGET) | (np.arange(len(owner)) == first)
        begin, count, owner = begin[kept], count[kept], owner[kept]
        end = np.cumsum(count)
        rows = np.arange(end[-1] if len(end) else 0) + np.repeat(begin - (end - count), count)
        pairs: Ints = np.repeat(owner << ID_BITS, count) | self.owners.take(rows)
        pairs.sort()
        return pairs.take(_firsts(pairs))

    def _rarest(self, lengths: Ints, trigrams: Ints, owners: Ints) -> Ints:
        """Which trigrams to look for: of each window the one that fewest texts have."""
        size = np.clip(lengths // WINDOWS, 1, WINDOW)
        inside = np.arange(len(owners)) - np.searchsorted(owners, np.arange(len(lengths)))[owners]
        window = owners << 10 | inside // size[owners]
        rows = np.arange(len(owners))
        ranked = window << 40 | np.minimum(self.frequency[trigrams], (1 << 20) - 1) << 20 | rows
        ranked.sort()
        return ranked[_firsts(ranked >> 40)] & ((1 << 20) - 1)


def _letters(texts: Sequence[str]) -> tuple[Ints, Ints, Ints, Letters, Floats]:
    """Lengths; the trigram around each letter, hashed, and its text; pairs of letters, marked in bits; their number."""
    letters = np.frombuffer(f" {'  '.join(texts)} ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    owners = np.repeat(np.arange(len(texts)), lengths)
    at = np.arange(len(owners)) + 2 * owners  # each text stands between two spaces
    pair = (letters[:-1] << np.uint64(21) | letters[1:]) * SPREAD
    trigram = (pair[:-1] ^ letters[2:]) * SPREAD >> np.uint64(64 - KEY_BITS)
    marks = np.zeros((len(texts), WORDS * 64), bool)
    marks[owners, (pair.take(at) >> np.uint64(40)) % np.uint64(WORDS * 64)] = True
    bits = np.packbits(marks, axis=1).view(np.uint64)
    return lengths, trigram.take(at).astype(np.int64), owners, bits, _count(bits)


def _count(bits: Letters) -> Floats:
    """How many bits are set in each row."""
    ones = np.bitwise_count(bits)
    total = ones[:, 0].astype(np.float32)
    for word in range(1, WORDS):
        total += ones[:, word]
    return total


def _firsts(ordered: Ints) -> Ints:
    """Where a value stands for the first time."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])

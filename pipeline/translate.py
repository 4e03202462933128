"""A first Russian draft of a transcript: from the memory, else from an engine. What neither can do stays empty, for a
person to write; nothing here fails, and no cue is added, lost or moved.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import glossary as words
from pipeline.cues import Cue, Offer
from pipeline.glossary import Term
from pipeline.layout import Profile, clings, fit
from pipeline.memory import Memory
from pipeline.russian import engines as all_engines
from pipeline.russian.answer import Room
from pipeline.russian.engines import Engine, Translation
from pipeline.russian.sentences import Part, Sentence, parted, sentences
from pipeline.sandbox import Sandbox
from pipeline.typography import tidy

SECONDS = 300  # for all engines together: what a large model on a CPU needs for a long clip, twice
OFFERS = 4  # in a cue: what the engine made, and three of the memory
NO_LANGUAGE = {"mul", "und", "other"}


@dataclass(frozen=True)
class Piece:
    """What a sentence brings to one of its cues: its share of the Russian, and of all that is offered."""

    part: Part
    text: str
    origin: str
    doubts: tuple[str, ...]
    offers: tuple[Offer, ...]


def draft(
    box: Sandbox,
    spoken: Sequence[Cue],
    source: str,
    frame: Profile,
    work: Path,
    *,
    engines: Mapping[str, Sequence[Engine]],
    memory: Memory,
    glossary: Sequence[Term],
) -> list[Cue]:
    """Each cue in Russian, at its time, laid out for the frame. source: the track's language (BCP 47), or "mul".

    A sentence is translated whole and laid back over its cues. Doubts of the transcript stay with the cue.
    """
    languages = [_language(cue.language or source) for cue in spoken]
    foreign = [
        replace(cue, text="") if language == "ru" else cue for cue, language in zip(spoken, languages, strict=True)
    ]
    said = list(_by_memory(list(sentences(foreign, languages)), foreign, memory))
    made = _translations(said, engines, Room(box, work, time.monotonic() + SECONDS))
    alike = _alike(said, memory)
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for sentence in said:
        for piece in _pieces(sentence, memory, made[sentence], alike[sentence], glossary):
            pieces[piece.part.cue].append(piece)
    return [
        replace(cue, text=fit(tidy(cue.text), frame), language="", origin="same" if cue.text.strip() else "")
        if language == "ru"
        else _cue(cue, pieces[number], frame)
        for number, (cue, language) in enumerate(zip(spoken, languages, strict=True))
    ]


def _language(code: str) -> str:
    base = code.split("-")[0].lower()
    return "" if base in NO_LANGUAGE else base


def _by_memory(said: Sequence[Sentence], cues: Sequence[Cue], memory: Memory) -> Iterator[Sentence]:
    """The sentences, parted and joined where the memory knows them so.

    A cue of several sentences that it knows as one stays one. A sentence over several cues that it does not know as a
    whole is parted around those cues that it knows, and the engine gets what is left between them.
    """
    rows: dict[int, list[Sentence]] = defaultdict(list)
    for sentence in said:
        rows[sentence.parts[0].cue].append(sentence)
    for number, row in rows.items():
        one = Sentence(row[0].language, (Part(number, " ".join(cues[number].text.split())),))
        whole = " ".join(sentence.text for sentence in row) == one.text  # no end of one from the cue before
        if len(row) > 1 and whole and memory.exact(one.language, one.text):
            yield one
            continue
        for sentence in row:
            yield from _around_known(sentence, memory)


def _around_known(sentence: Sentence, memory: Memory) -> Iterator[Sentence]:
    if len(sentence.parts) == 1 or memory.exact(sentence.language, sentence.text):
        yield sentence
        return
    unknown: tuple[Part, ...] = ()
    for part in sentence.parts:
        if not memory.exact(sentence.language, part.text):
            unknown += (part,)
            continue
        if unknown:
            yield Sentence(sentence.language, unknown)
        yield Sentence(sentence.language, (part,))
        unknown = ()
    if unknown:
        yield Sentence(sentence.language, unknown)


def _translations(
    said: Sequence[Sentence], engines: Mapping[str, Sequence[Engine]], room: Room
) -> dict[Sentence, Translation]:
    """What an engine makes of each sentence; each is asked once for all sentences of a language.

    The languages share the time: an engine that hangs in one leaves the others theirs.
    """
    made: dict[Sentence, Translation] = {}
    by_language: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in dict.fromkeys(said):
        by_language[sentence.language].append(sentence)
    for number, (language, group) in enumerate(by_language.items()):
        share = room.share(len(by_language) - number)
        texts = [sentence.text for sentence in group]
        answers = all_engines.translate(all_engines.for_language(engines, language), texts, language, share)
        made |= zip(group, answers, strict=True)
    return made


def _alike(said: Sequence[Sentence], memory: Memory) -> dict[Sentence, list[Offer]]:
    """What the memory offers for sentences that it does not know exactly."""
    found: dict[Sentence, list[Offer]] = {}
    for language in {sentence.language for sentence in said}:
        group = [sentence for sentence in said if sentence.language == language]
        found |= zip(group, memory.all_like(language, [sentence.text for sentence in group]), strict=True)
    return found


def _pieces(
    sentence: Sentence, memory: Memory, made: Translation, alike: Sequence[Offer], glossary: Sequence[Term]
) -> Iterator[Piece]:
    """The sentence in Russian, laid over its cues, with what is offered instead."""

    def laid(text: str) -> list[str]:
        agreed = words.apply(text, sentence.text, sentence.language, glossary)
        return parted(tidy(agreed), [len(part.text) for part in sentence.parts], clings)

    exact = memory.exact(sentence.language, sentence.text)
    by_engine = [Offer(made.text, made.engine, 100, sentence.text)] if made.text else []
    first, *others = [*exact, *by_engine] or [Offer("", "", 100, sentence.text)]
    texts = laid(first.text)
    offers = [(offer, laid(offer.text)) for offer in [*others, *([] if exact else alike)]]
    for at, part in enumerate(sentence.parts):
        yield Piece(
            part,
            texts[at],
            first.origin,
            () if exact else _doubts(made, part, texts[at], sentence, " ".join(texts)),
            tuple(replace(offer, text=shares[at]) for offer, shares in offers if shares[at]),
        )


def _doubts(made: Translation, part: Part, text: str, sentence: Sentence, whole: str) -> tuple[str, ...]:
    """Of the cue with this share of the sentence: a word that was not known is doubted where it stands or was said."""

    def here(word: str) -> bool:
        if word in whole:
            return word in text
        return word in part.text or word not in sentence.text

    return made.doubts + ("unknown_word",) * any(here(word) for word in made.unknown)


def _cue(cue: Cue, pieces: Sequence[Piece], frame: Profile) -> Cue:
    origins = [piece.origin for piece in pieces if piece.origin]
    engine = next((origin for origin in origins if origin != "memory"), "")
    text = _joined(pieces, frame)
    offers: dict[str, Offer] = {}
    for at, piece in enumerate(pieces):
        for offer in piece.offers:
            instead = _joined([*pieces[:at], replace(piece, text=offer.text), *pieces[at + 1 :]], frame)
            offers.setdefault(instead, replace(offer, text=instead))
    offers.pop(text, None)
    return replace(
        cue,
        text=text,
        doubts=tuple(dict.fromkeys([*cue.doubts, *(doubt for piece in pieces for doubt in piece.doubts)])),
        language="",
        origin=engine or "".join(origins[:1]),
        offers=tuple(sorted(offers.values(), key=lambda offer: -offer.score)[:OFFERS]),
    )


def _joined(pieces: Sequence[Piece], frame: Profile) -> str:
    """The text of a cue: one sentence after the other, a line for each speaker."""
    text = ""
    for piece in pieces:
        if piece.text:
            text += ("\n" if piece.part.lead else " ") + piece.part.lead + piece.text
    return fit(text.strip(), frame)

"""Whether a cue says in Russian what was said: what is missing, left in another language, or set in foreign marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline import glossary, typography
from pipeline.cues import Cue
from pipeline.errors import N_
from pipeline.glossary import Term
from pipeline.reading.borders import END_MARKS, MARKS
from pipeline.reading.faults import Fault, Place, Said
from pipeline.typography import NOT_PROSE, SPACES

#: Cyrillic letters that Russian has not: ў, і, ї, є, ґ, and those of languages farther away.
UNRUSSIAN = re.compile("[\u0400\u0402-\u040f\u0450\u0452-\u052f]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
ANY_WORD = re.compile(r"[\w\u0482-\u0489]+")
LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f]")
LATIN = re.compile(rf"{LATIN_LETTER.pattern}[\w'’ʼ-]*")
LATIN_WITH_ENDING = re.compile(rf"(?:(?!\d){LATIN_LETTER.pattern}){{2,}}[\u0400-\u04ff]+")  # SMSки, в Telegramе
LOOKS_CYRILLIC = re.compile(r"[AaBCcEeHiIKMOoPpTXxYy]+")
#: What hardly a Russian word in small letters has: a word that stands in the transcript, letter by letter, and has one
#: of these was not translated. Ours, from both grammars; of 22,000 Russian words in programs no usual one has any.
UNTRANSLATED = {
    "be": re.compile(
        r"[жшчщ]ы|[жшчц]э|ц[ьяюё]|цц|шч|(?<!по)(?<!на)дз(?!юдо)[еёюяь]|чака(?!н)|гэт|трэба|вайн[аыеу]|(?<![шщ]у)юся$"
        r"|[аеиоуыя]л[ао]ся$|[яую]е$|(?<!луч)(?<!быч)(?<!рож)(?<!мв)(?<!кр)(?<!сар)ае$|\w\wыя$|\w\w[нш]ага$"
    ),
    "uk": re.compile(
        r"ц[ьяюё]|[жшчщ]я|^що|що$|дяку|чека(?:ю|ти|й|л)|^(?:дуже|бути|буде|треба|зараз)$|\w\w(?<![лау])емо$"
        r"|[аеиоуя]вся$|[аиоуя]тися$|[еи]мося$|[аеиоуыя]л[ао]ся$|(?:дд|зз|лл|нн|сс|тт)[яю]$"
    ),
}
LEAST = 4  # letters of such a word
SEVERAL = 3  # words in another script, of which not all are names: a sentence
WORD = re.compile(r"[^\W\d_]+")
NO_LANGUAGE = {"", "und", "mul", "other"}
QUOTATION = 40  # characters of the transcript in a sentence
NEVER_OPENED = N_("Cue %(number)s has a quotation mark (%(mark)s) that is never opened.")
NEVER_CLOSED = N_("Cue %(number)s has a quotation mark (%(mark)s) that is never closed.")
PAIRS = frozenset({"«»", "„“", "„”", "“”", '""', "»«", "””"})


def faults(place: Place, terms: Sequence[Term] = ()) -> Iterator[Fault]:
    """What is wrong with the cue's words and marks."""
    text, spoken, number = place.cue.text, place.spoken, place.number
    if not text.strip():
        yield from _nothing(number, spoken)
        return
    yield from _left_in(place)
    for term in glossary.ignored(text, spoken, place.language, terms) if terms else ():
        said = N_("Cue %(number)s has not the agreed word for what is said: «%(word)s».")
        yield Fault("glossary_ignored", "warning", Said(said, {"number": number, "word": term.russian}))
    if re.match(r"(?:[–—-] )?[«„\"(]*\d", text):
        said = N_("Cue %(number)s begins with a number; a word is read more easily there.")
        yield Fault("number_at_start", "note", Said(said, {"number": number}))
    yield from _marks(text, number)
    if _lacks_end_mark(place):
        said = N_("Cue %(number)s seems to end a sentence, but no mark says so.")
        yield Fault("missing_end_mark", "note", Said(said, {"number": number}))
    if place.cue.doubts:
        reasons = ", ".join(doubt.replace("_", " ") for doubt in place.cue.doubts)
        said = N_("Cue %(number)s was drafted in doubt, and nobody has looked at it yet: %(reasons)s.")
        yield Fault("doubt", "warning", Said(said, {"number": number, "reasons": reasons}))


def _nothing(number: int, spoken: str) -> Iterator[Fault]:
    if spoken.strip():
        quoted = spoken if len(spoken) <= QUOTATION else f"{spoken[:QUOTATION].rstrip()}…"
        said = N_("Cue %(number)s has no Russian for what is said: “%(spoken)s”.")
        yield Fault("untranslated", "error", Said(said, {"number": number, "spoken": quoted}))
    else:
        yield Fault("untranslated", "error", Said(N_("Cue %(number)s has no text."), {"number": number}))


def _left_in(place: Place) -> Iterator[Fault]:
    text, spoken, number = place.cue.text, place.spoken, place.number
    foreign = UNRUSSIAN.search(text) or LATIN.search(text) or not CYRILLIC.search(text)
    prose = NOT_PROSE.sub(" ", text) if foreign else text
    unrussian = [word for word in ANY_WORD.findall(prose) if UNRUSSIAN.search(word) or _mixed(word)] if foreign else []
    if unrussian:
        said = N_("Cue %(number)s has letters that Russian has not: %(words)s.")
        yield Fault("left_in", "error", Said(said, {"number": number, "words": _listed(unrussian)}))
    if foreign and _foreign_sentence(prose):
        yield Fault(
            "left_in", "warning", Said(N_("Cue %(number)s has no word in Russian letters."), {"number": number})
        )
        return
    language = place.language.split("-")[0].lower()
    if not spoken or language == "ru":
        return
    if latin := LATIN.findall(prose) if foreign else []:
        heard = {word.casefold() for word in LATIN.findall(spoken)}
        left = [word for word in latin if len(word) > 1 and word[1:].islower() and word.casefold() in heard]
        if left:
            yield _still(number, left)
    elif language not in NO_LANGUAGE and not unrussian:
        words = WORD.findall(text.casefold())
        if len(words) > 1 and words == WORD.findall(spoken.casefold()):
            said = N_("Cue %(number)s is the same as the transcript, letter by letter.")
            yield Fault("left_in", "warning", Said(said, {"number": number}))
        elif untranslated := _untranslated(text, spoken, language):
            yield _still(number, untranslated)


def _still(number: int, words: list[str]) -> Fault:
    said = N_("Cue %(number)s still has words of the transcript: %(words)s.")
    return Fault("left_in", "warning", Said(said, {"number": number, "words": _listed(words)}))


def _mixed(word: str) -> bool:
    """Whether Latin letters stand in a Cyrillic word, as where a keyboard was switched too late."""
    latin = "".join(LATIN_LETTER.findall(word))
    if not latin or not CYRILLIC.search(word):
        return False
    return bool(LOOKS_CYRILLIC.fullmatch(latin)) or not LATIN_WITH_ENDING.fullmatch(word)


def _foreign_sentence(prose: str) -> bool:
    words = WORD.findall(prose)
    return len(words) >= SEVERAL and not CYRILLIC.search(prose) and not all(word.istitle() for word in words)


def _untranslated(text: str, spoken: str, language: str) -> list[str]:
    """The words, names aside, that stand in the transcript too and look like its language only."""
    pattern = UNTRANSLATED.get(language)
    if not pattern:
        return []
    said = set(WORD.findall(spoken.casefold()))
    words = [word for word in WORD.findall(text) if len(word) >= LEAST and word.islower()]
    return [word for word in words if word in said and pattern.search(word)]


def _listed(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


def _marks(text: str, number: int) -> Iterator[Fault]:
    for said in typography.faults(text):
        yield Fault("double_space" if said == SPACES else "typography", "note", Said(said, {"number": number}))


def _lacks_end_mark(place: Place) -> bool:
    """The transcript knows where a sentence ends; without it, a capital in the next cue says so, if it is no name's."""
    last = place.cue.text.split()[-1].rstrip(typography.QUOTES + "'")
    if not last or last[-1] in MARKS + ")]}" or NOT_PROSE.fullmatch(last):
        return False
    if place.after is None:
        return True
    if spoken := place.spoken.rstrip(typography.QUOTES + "' "):
        return spoken[-1] in END_MARKS
    return place.after.text.lstrip('«„"–— ')[:1].isupper()


def unbalanced(cues: Sequence[Cue]) -> Iterator[tuple[int, Fault]]:
    """Quotes without a partner in the whole track, each with the place of its cue, from 0: a quotation may be long."""
    opened: list[tuple[int, str]] = []
    for at, cue in enumerate(cues):
        for mark, opens in typography.unpaired_quotes(cue.text):
            partners = [
                place for place, (_, other) in enumerate(opened) if (other == mark if opens else other + mark in PAIRS)
            ]
            if partners:  # of the same kind: the one before was never closed; what stands within neither
                first = partners[-1] + (not opens)
                yield from (_lonely(*left, NEVER_CLOSED) for left in opened[first:])
                del opened[partners[-1] :]
            if opens:
                opened.append((at, mark))
            elif not partners:
                yield _lonely(at, mark, NEVER_OPENED)
    yield from (_lonely(*left, NEVER_CLOSED) for left in opened)


def _lonely(at: int, mark: str, said: str) -> tuple[int, Fault]:
    return at, Fault("unbalanced_quotes", "warning", Said(said, {"number": at + 1, "mark": mark}))

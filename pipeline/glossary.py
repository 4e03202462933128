"""The campaign's glossary: names, places and terms, each in the one Russian that the campaign agreed on.

A form is one word or several; a word that ends in * stands for all words that begin so. Where a variant to avoid ends
in *, its ending goes over to the agreed word, so both must be declined alike; where they are not, each case is a term.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

FOLDED = str.maketrans("ё’ʼ", "е''")
ENDING = r"\w*(?:'\w+)*"
INFLECTED = re.compile("[аеёиоуыэюяьй]+$")  # what a Russian word may lose or change when it is declined


@dataclass(frozen=True)
class Term:
    """The agreed Russian; how it is said, by language (BCP 47); and the Russian that is not wanted."""

    russian: str
    spoken: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    instead_of: tuple[str, ...] = ()


def read(table: object) -> tuple[Term, ...]:
    """The terms of campaign.toml's [[glossary]]. Raises ValueError with a sentence that names the entry."""
    if not isinstance(table, list):
        raise ValueError("[[glossary]] must be a list of terms.")
    return tuple(_term(number, row) for number, row in enumerate(table, 1))


def apply(text: str, spoken_text: str, language: str, terms: Sequence[Term]) -> str:
    """Russian text in the agreed words: unwanted variants replaced, and terms that were left in the language spoken."""
    text = _replace(text, _unwanted(tuple(terms)))
    left = _spoken(tuple(terms), _base(language))
    return _replace(text, left, frozenset(_fold(found.text) for found in _finds(spoken_text, left)))


def ignored(text: str, spoken_text: str, language: str, terms: Sequence[Term]) -> list[Term]:
    """The terms that are spoken here and whose agreed Russian, in any case, is not in the text; none without a text."""
    said = dict.fromkeys(found.term for found in _finds(spoken_text, _spoken(tuple(terms), _base(language))))
    return [term for term in said if text.strip() and not _agreed(term.russian).search(_fold(text))]


class Forms(NamedTuple):
    """Forms to look for: one pattern for all, and each with a pattern of its own and its term, in the same order."""

    any: re.Pattern[str] | None
    each: tuple[tuple[re.Pattern[str], str, Term], ...]


class Found(NamedTuple):
    """A form in a text: where, and as it is written there."""

    start: int
    end: int
    text: str
    form: str
    term: Term


@lru_cache(maxsize=64)
def _spoken(terms: tuple[Term, ...], language: str) -> Forms:
    return _forms([(form, term) for term in terms for form in term.spoken.get(language, ())])


@lru_cache(maxsize=64)
def _unwanted(terms: tuple[Term, ...]) -> Forms:
    return _forms([(form, term) for term in terms for form in term.instead_of])


def _forms(forms: list[tuple[str, Term]]) -> Forms:
    """The longest first: `Белоруссии` is to be found before `белорус*`."""
    forms = sorted(forms, key=lambda each: (-len(each[0]), each[0]))
    each = tuple((re.compile(_pattern(form)), form, term) for form, term in forms)
    # without groups and with one case, so that most places of a text fail at their first letter
    pattern = "|".join(one.pattern for one, _, _ in each)
    return Forms(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if forms else None, each)


def _pattern(form: str) -> str:
    """Of a folded text."""
    return r"\s+".join(re.escape(word.removesuffix("*")) + ENDING * word.endswith("*") for word in _fold(form).split())


def _fold(text: str) -> str:
    """In lower case, ё as е, one apostrophe; as many characters as before."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower.translate(FOLDED)


def _finds(text: str, forms: Forms) -> list[Found]:
    if forms.any is None:
        return []
    folded = _fold(text)
    found = []
    for match in forms.any.finditer(folded):
        form, term = next((form, term) for one, form, term in forms.each if one.fullmatch(match[0]))
        found.append(Found(match.start(), match.end(), text[match.start() : match.end()], form, term))
    return found


def _replace(text: str, forms: Forms, said: frozenset[str] | None = None) -> str:
    """The text with the agreed words for all forms found, or for those that were said only."""
    for found in reversed(_finds(text, forms)):
        folded = _fold(found.text)
        if (said is None or folded in said) and not _agreed(found.term.russian).fullmatch(folded):
            text = text[: found.start] + _put(found) + text[found.end :]
    return text


def _put(found: Found) -> str:
    """The agreed Russian in the place of what was found, in its case and, for a Russian variant, with its ending."""
    text, russian = found.text, found.term.russian
    if found.form.endswith("*") and found.form in found.term.instead_of:
        last = found.form.split()[-1]
        russian = _stem(russian) + text.split()[-1][len(last) - 1 :]
    elif russian.endswith("*"):  # only a stem was agreed on: what the whole word would be is not known
        return text
    if len(text) > 1 and text.isupper():
        return russian.upper()
    return russian[0].upper() + russian[1:] if text[0].isupper() else russian


@lru_cache(maxsize=1024)
def _agreed(russian: str) -> re.Pattern[str]:
    words = [f"{_stem(word)}*" for word in russian.split()]
    return re.compile(rf"(?<!\w){_pattern(' '.join(words))}(?!\w)")


def _stem(russian: str) -> str:
    """What stays the same in all cases, roughly; as written where the campaign ended it with *."""
    if russian.endswith("*") or russian.isupper():
        return russian.removesuffix("*")
    return INFLECTED.sub("", russian) or russian


def _base(language: str) -> str:
    return language.split("-")[0].lower()


def _term(number: int, row: object) -> Term:
    name = f"Term {number} of [[glossary]]"
    if not isinstance(row, dict) or not row.keys() <= {"russian", "spoken", "instead_of"}:
        raise ValueError(f"{name} may have russian, spoken and instead_of, nothing else.")
    spoken = row.get("spoken", {})
    if not isinstance(spoken, dict):
        raise ValueError(f'{name}: spoken must name languages, as in {{be = ["вайна"]}}.')
    (russian,) = _checked([row.get("russian")], f"{name}: russian")
    term = Term(
        russian,
        {_base(language): _checked(forms, f"{name}: {language}") for language, forms in spoken.items()},
        _checked(row.get("instead_of", []), f"{name}: instead_of"),
    )
    for form in term.instead_of:
        if re.fullmatch(_pattern(form), _fold(russian.removesuffix("*"))):
            raise ValueError(f"{name}: {form} in instead_of means {russian} too.")
        if russian.endswith("*") and not form.endswith("*"):
            raise ValueError(f"{name}: {form} in instead_of has no ending to put after {russian}.")
    return term


def _checked(forms: object, what: str) -> tuple[str, ...]:
    """Forms with at least two letters before a star, which may only end a word."""
    if not isinstance(forms, list):
        raise ValueError(f"{what} must be a list of words.")
    for form in forms:
        if not isinstance(form, str) or not form.split():
            raise ValueError(f"{what} must not be empty.")
        if not all(re.fullmatch(r"[^*]+|[^*]{2,}\*", word) for word in form.split()):
            raise ValueError(f"{what}: in {form}, a * may only end a word of two letters or more.")
    return tuple(" ".join(form.split()) for form in forms)

"""The campaign's glossary: names, places and terms, each in the one Russian that the campaign agreed on.

A form is one word or several; a word that ends in * stands for all words that begin so. Where a variant to avoid ends
in *, its ending goes over to the agreed word, so both must be declined alike; where they are not, each case is a term.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

APOSTROPHES = "'’ʼ"
ENDING = rf"[\w{APOSTROPHES}]*"
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
    variants = _unwanted(tuple(terms))
    text = _replace(text, variants, lambda found: True)
    left = _spoken(tuple(terms), _base(language))
    said = {found.casefold() for found, _, _ in _finds(spoken_text, left)}
    return _replace(text, left, lambda found: found.casefold() in said)


def ignored(text: str, spoken_text: str, language: str, terms: Sequence[Term]) -> list[Term]:
    """The terms that are spoken here and whose agreed Russian, in any case, is not in the text; none without a text."""
    said = {term: None for _, _, term in _finds(spoken_text, _spoken(tuple(terms), _base(language)))}
    return [term for term in said if text.strip() and not _agreed(term.russian).search(text)]


Forms = tuple[re.Pattern[str] | None, tuple[tuple[str, Term], ...]]  # one pattern, a group for each of the forms


@lru_cache(maxsize=64)
def _spoken(terms: tuple[Term, ...], language: str) -> Forms:
    return _forms([(form, term) for term in terms for form in term.spoken.get(language, ())])


@lru_cache(maxsize=64)
def _unwanted(terms: tuple[Term, ...]) -> Forms:
    return _forms([(form, term) for term in terms for form in term.instead_of])


def _forms(forms: list[tuple[str, Term]]) -> Forms:
    """The longest first: `Белоруссии` is to be found before `белорус*`."""
    forms = sorted(forms, key=lambda each: (-len(each[0]), each[0]))
    pattern = "|".join(f"({_pattern(form)})" for form, _ in forms)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if forms else None, tuple(forms)


def _pattern(form: str) -> str:
    return r"\s+".join(_letters(word.removesuffix("*")) + ENDING * word.endswith("*") for word in form.split())


def _letters(word: str) -> str:
    """Whatever apostrophe was typed, and ё as е."""
    word = re.sub("[её]", "[её]", re.escape(word), flags=re.IGNORECASE)
    return re.sub(f"[{APOSTROPHES}]", f"[{APOSTROPHES}]", word)


def _finds(text: str, forms: Forms) -> list[tuple[str, str, Term]]:
    """What of the forms stands in the text: as found, the form, its term."""
    pattern, all_forms = forms
    if pattern is None:
        return []
    return [(match[0], *all_forms[(match.lastindex or 1) - 1]) for match in pattern.finditer(text)]


def _replace(text: str, forms: Forms, wanted: Callable[[str], bool]) -> str:
    pattern, all_forms = forms
    if pattern is None:
        return text

    def agreed(match: re.Match[str]) -> str:
        found = match[0]
        form, term = all_forms[(match.lastindex or 1) - 1]
        return found if not wanted(found) or _agreed(term.russian).fullmatch(found) else _put(found, form, term)

    return pattern.sub(agreed, text)


def _put(found: str, form: str, term: Term) -> str:
    """The agreed Russian in the place of what was found, in its case and, for a Russian variant, with its ending."""
    russian = term.russian
    if form.endswith("*") and form in term.instead_of:
        last = form.split()[-1]
        russian = _stem(russian) + found.split()[-1][len(last) - 1 :]
    elif russian.endswith("*"):  # only a stem was agreed on: what the whole word would be is not known
        return found
    if len(found) > 1 and found.isupper():
        return russian.upper()
    return russian[0].upper() + russian[1:] if found[0].isupper() else russian


@lru_cache(maxsize=1024)
def _agreed(russian: str) -> re.Pattern[str]:
    words = [f"{_stem(word)}*" for word in russian.split()]
    return re.compile(rf"(?<!\w){_pattern(' '.join(words))}(?!\w)", re.IGNORECASE)


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
        if re.fullmatch(_pattern(form), russian.removesuffix("*"), re.IGNORECASE):
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

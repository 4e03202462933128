"""What is written beside a clip on each network, in Russian: titles, posts and words for those who cannot see it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

NOBODY = "Женщина"  # who speaks, where she shows no name
ALT_CHARS = 1000  # X takes so many, the others more or none (docs.x.com, media/metadata)
PLACES = frozenset({"who", "where", "said", "first", "hashtags", "organisation"})

X_LINK = 23  # every address is shortened to this many (twitter-text, config/v3.json)
#: Code points that X counts as one; all others are two (the same file).
X_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

#: Quotation marks inside of quotation marks.
INNER = str.maketrans("«»", "„“")
NOT_ON_YOUTUBE = str.maketrans("<>", "‹›")  # refused in titles and descriptions (YouTube Data API, videos)


@dataclass(frozen=True)
class Templates:
    """The [texts] of campaign.toml; the words in braces that may stand in them are listed there."""

    title: str
    post: str
    alt: str
    organisation: str  # the tag of the organisation, as @name or #name; empty: none


@dataclass(frozen=True)
class Clip:
    """What may be told of a clip. Name and country are empty where they are not shown."""

    name: str
    country: str
    said: str  # all her words in Russian
    hashtags: str


@dataclass(frozen=True)
class Post:
    """What is pasted on a network."""

    title: str  # empty: none is asked for there
    text: str


def read(table: Any) -> Templates:
    """The [texts] of campaign.toml. Raises ValueError with a sentence."""
    names = [field.name for field in fields(Templates)]
    if not isinstance(table, Mapping) or table.keys() != set(names):
        raise ValueError(f"[texts] needs {', '.join(names)}, and nothing else.")
    for name in names:
        if not isinstance(table[name], str):
            raise ValueError(f"[texts] {name} must be text in quotes.")
        for place in re.findall(r"\{(.*?)\}", table[name]):
            if place not in PLACES:
                raise ValueError(f"[texts] {name}: {{{place}}} is none of {', '.join(sorted(PLACES))}.")
    return Templates(**table)


def post(templates: Templates, clip: Clip, network: str, title_chars: int, text_chars: int) -> Post:
    """Title and text within the limits of a network, as it counts them; 0: it has no such thing.

    As many of her sentences as there is room for; of a first one that is too long, as many words.
    """
    title = _fitted(templates, templates.title, clip, lambda text: length(text) <= title_chars) if title_chars else ""
    text = _fitted(templates, templates.post, clip, lambda text: length(text, network) <= text_chars)
    clean = NOT_ON_YOUTUBE if network == "youtube" else {}
    return Post(" ".join(title.rstrip(".").split()).translate(clean), text.translate(clean) if text_chars else "")


def alt(templates: Templates, clip: Clip) -> str:
    """What is to be seen and read in the clip, for those who cannot see it."""
    return _fitted(templates, templates.alt, clip, lambda text: length(text) <= ALT_CHARS)


def length(text: str, network: str = "") -> int:
    """How long a text is as a network counts: X weighs, YouTube counts the bytes of a description, others UTF-16."""
    if network == "x":
        links = re.findall(r"https?://\S+", text)
        rest = unicodedata.normalize("NFC", re.sub(r"https?://\S+", "", text))
        return X_LINK * len(links) + sum(1 if _single(ord(char)) else 2 for char in rest)
    if network == "youtube":
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2


def _single(point: int) -> bool:
    return any(first <= point <= last for first, last in X_SINGLE)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with what ends it."""
    return [each for each in re.split(r"(?<=[.!?…])\s+|(?<=[.!?…][»“)\"])\s+", text.strip()) if each]


def _fitted(templates: Templates, template: str, clip: Clip, fits: Callable[[str], bool]) -> str:
    filled = ""
    for said in _shorter(sentences(clip.said)):
        filled = _filled(templates, template, clip, said)
        if fits(filled):
            return filled
    words = filled.split()  # even without her words it is too long
    while words and not fits(" ".join(words) + "…"):
        words.pop()
    return " ".join(words) + "…" if words else ""


def _shorter(said: Sequence[str]) -> Iterator[Sequence[str]]:
    """All of it, then less and less: without the last sentence, at the end without the last word."""
    for count in range(len(said), 0, -1):
        yield said[:count]
    words = said[0].split() if said else []
    for count in range(len(words) - 1, 0, -1):
        yield [" ".join(words[:count]).rstrip(",;:–— ") + "…"]
    yield []


def _filled(templates: Templates, template: str, clip: Clip, said: Sequence[str]) -> str:
    values = {
        "who": clip.name or NOBODY,
        "where": f" ({clip.country})" if clip.country else "",
        "said": " ".join(said).translate(INNER),
        "first": said[0].translate(INNER) if said else "",
        "hashtags": clip.hashtags,
        "organisation": templates.organisation,
    }
    text = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)
    return _tidy(text)


def _tidy(text: str) -> str:
    """Without what empty words leave behind; a full stop stands after quotation marks, as Russian has it."""
    text = re.sub(r":?\s*«»", "", text)
    text = re.sub(r"(?<!\.)\.»\.?", "».", text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()

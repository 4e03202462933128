"""Who makes the first Russian of a text: engines in the campaign's order, each judged before it is believed."""

from __future__ import annotations

import ipaddress
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.russian import apertium, libre, marian
from pipeline.russian.answer import Made, Room, UnknownLanguage, plausible

log = logging.getLogger(__name__)

#: What an engine is: texts and the language spoken (BCP 47, only its first part) to an answer for each, in order.
#: It may raise anything.
Ask = Callable[[Sequence[str], str, Room], list[Made]]


@dataclass(frozen=True)
class Engine:
    """An engine and the name with which it signs."""

    name: str
    ask: Ask


@dataclass(frozen=True)
class Translation:
    """A text in Russian and the engine that made it; or no text, and in doubts why."""

    text: str
    engine: str = ""
    unknown: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def read(table: object, api_key: str = "", offline: bool = False) -> dict[str, tuple[Engine, ...]]:
    """Engines by language, from campaign.toml's [engines]. Raises ValueError with a sentence.

    offline: engines on other machines are left out.
    """
    if not isinstance(table, dict) or not all(isinstance(names, list) for names in table.values()):
        raise ValueError("[engines] must name languages, each with a list of engines.")
    made = {language: [(name, parse(name, api_key)) for name in names] for language, names in table.items()}
    away = {name for names in made.values() for name, _ in names if offline and _elsewhere(name)}
    for name in sorted(away):
        log.warning("OFFLINE: %s is on another machine and is left out", name)
    return {language: tuple(it for name, it in names if name not in away) for language, names in made.items()}


def _elsewhere(name: str) -> bool:
    """Whether asking this engine would leave the machine."""
    kind, _, place = name.partition(":")
    host = (urlsplit(place).hostname or "") if kind == "libretranslate" else "localhost"
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def parse(name: object, api_key: str = "") -> Engine:
    """`apertium`, `ctranslate2:DIRECTORY` or `libretranslate:URL`. Raises ValueError with a sentence.

    Nothing is loaded or called yet. api_key goes to LibreTranslate servers only.
    """
    kind, _, place = name.partition(":") if isinstance(name, str) else ("", "", "")
    if name == "apertium":
        return Engine("apertium", apertium.ask)
    if kind == "ctranslate2" and place:
        return Engine(Path(place).name, partial(marian.ask, Path(place)))
    if kind == "libretranslate" and urlsplit(place).scheme in {"http", "https"} and urlsplit(place).hostname:
        return Engine("libretranslate", partial(libre.ask, f"{place.rstrip('/')}/translate", api_key))
    raise ValueError(
        f"{name!r} is no engine: apertium, ctranslate2:DIRECTORY and libretranslate:http://HOST are known."
    )


def translate(engines: Sequence[Engine], texts: Sequence[str], language: str, room: Room) -> list[Translation]:
    """One translation for each text, in order, by the first engine whose answer can be right.

    The engines share the time: one that hangs leaves the others theirs.
    """
    done: dict[int, Translation] = {}
    why: dict[int, str] = {}
    for number, engine in enumerate(engines):
        open_texts = [place for place, text in enumerate(texts) if text.strip() and place not in done]
        if not open_texts:
            break
        try:
            share = room.share(len(engines) - number)
            answers = _ask(engine, [texts[place] for place in open_texts], language, share)
        except UnknownLanguage:
            continue
        except Exception as error:  # an engine may fail as it likes; a draft never does
            # not what it says: that may quote what is spoken, or hold a key
            log.warning("%s did not answer: %s", engine.name, type(error).__name__)
            why |= {place: why.get(place, "no_answer") for place in open_texts}
            continue
        for place, made in zip(open_texts, answers, strict=True):
            if plausible(texts[place], made.text, made.unknown):
                done[place] = Translation(made.text.strip(), engine.name, made.unknown)
            elif made.text:
                why[place] = "bad_answer"
            else:
                why.setdefault(place, "no_answer")
    return [done.get(place) or _nothing(text, why.get(place, "no_engine")) for place, text in enumerate(texts)]


def _nothing(text: str, why: str) -> Translation:
    return Translation("", doubts=("untranslated", why) if text.strip() else ())


def _ask(engine: Engine, texts: list[str], language: str, room: Room) -> list[Made]:
    """What the engine answers within its time, in a thread that is left behind when it does not."""
    answers: list[list[Made]] = []
    failures: list[Exception] = []

    def work() -> None:
        try:
            answers.append(engine.ask(texts, language, room))
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(room.seconds)
    if failures:
        raise failures[0]
    if not answers:
        raise TimeoutError(f"no answer in {room.seconds:.0f} s")
    if len(answers[0]) != len(texts):
        raise ValueError(f"{len(answers[0])} answers for {len(texts)} texts")
    return answers[0]


def for_language(engines: Mapping[str, Sequence[Engine]], language: str) -> Sequence[Engine]:
    """The engines of this language; those of `any` where it has none of its own."""
    return engines.get(language.split("-")[0].lower(), engines.get("any", ()))

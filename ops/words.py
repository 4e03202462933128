"""`make words`: bring the catalogs of the pages up to what code and templates say now.

Two catalogs: `messages` for supporters (babel.cfg), `staff` for the team (babel-staff.cfg). What is new is left
empty, to be translated by a person; what nobody says any more goes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PUBLIC, STAFF = "messages", "staff"
CONFIGS = {PUBLIC: "babel.cfg", STAFF: "babel-staff.cfg"}

#: How code marks a sentence, beside gettext and ngettext.
MARKS = {PUBLIC: ["_l", "N_"], STAFF: ["_l", "N_", "S_"]}


@cache
def wanted(domain: str) -> Catalog:
    """What code and templates say now. The team's catalog goes on where that of the supporters ends."""
    with (ROOT / CONFIGS[domain]).open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = DEFAULT_KEYWORDS | parse_keywords(MARKS[domain])
    has = wanted(PUBLIC) if domain == STAFF else Catalog()
    found = Catalog()
    for name in ("web", "pipeline"):
        inside = [(pattern.removeprefix(f"{name}/"), how) for pattern, how in methods if pattern.startswith(name)]
        given = {pattern.removeprefix(f"{name}/"): each for pattern, each in options.items()}
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / name, inside, given, keywords):
            if message not in has:
                found.add(message)
    return found


def files(domain: str) -> list[Path]:
    """Its catalogs, one for each language but English."""
    return sorted(ROOT.glob(f"web/translations/*/LC_MESSAGES/{domain}.po"))


def update(path: Path) -> int:
    """Write the catalog anew; gives how many of its messages nobody has translated yet."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    catalog.update(wanted(path.stem), no_fuzzy_matching=True, keep_user_comments=True, update_header_comment=False)
    catalog.obsolete.clear()
    head = path.read_bytes().partition(b"\n\n")[0]  # ours is short; Babel would fill it with names and times
    with path.open("wb") as file:
        file.write(head + b"\n\n")
        write_po(file, catalog, width=110, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return sum(1 for message in catalog if message.id and not all(_texts(message.string)))


def _texts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string or ""] if isinstance(string, str | None) else [*string]


if __name__ == "__main__":
    for domain in CONFIGS:
        for path in files(domain):
            print(f"{path.relative_to(ROOT)}: {update(path)} to translate")

"""What a supporter typed, and what is wrong with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from pipeline.base import now
from pipeline.campaign import Campaign
from pipeline.consent import Choices, Naming
from web.given import line
from web.measures import size
from web.words import UNNAMED

SLACK_BYTES = 100_000  # what a form holds beside its file
MAX_NAME, MAX_COUNTRY, MAX_CONTACT = 60, 60, 120  # characters
FARTHEST = timedelta(days=366)  # a day on which nothing may be shown before

#: The two families of files that phones and cameras make; everything else is refused before it is stored.
ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"}
EBML = b"\x1a\x45\xdf\xa3"


class Problem(NamedTuple):
    """One thing that is wrong: the answer's code, the field to go to, and what to do."""

    code: int
    field: str
    text: str


NO_ROOM = Problem(
    507, "", _l("We have no room for another video at the moment. Nothing was kept. Please come back later.")
)
NOT_STORED = Problem(
    503, "", _l("We could not store your video. Nothing was kept. Please send it again in a few minutes.")
)


CUT_OFF = Problem(
    400,
    "video",
    _l("Your form was cut off on its way, and nothing was kept. Please choose the video and send it again."),
)
CROWDED = Problem(
    503, "", _l("Many people are sending videos just now. Nothing was kept. Please send it again in a few minutes.")
)
GONE = Problem(410, "video", _l("What you sent of your video is not here any more. Please send it again."))


def _fresh_token() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Form:
    """The fields beside the video, as they were typed. The token makes the very same form sent twice one appeal."""

    token: str = field(default_factory=_fresh_token)
    upload: str = ""  # the id of an upload by tus
    language: str = ""
    networks: frozenset[str] = frozenset()
    naming: Naming = Naming.TYPED
    name: str = ""
    country: str = ""
    show_country: bool = False
    not_before: str = ""
    contact: str = ""
    consent: bool = False
    seen: str = ""  # decide.shown, as it was when the page was made

    @classmethod
    def fresh(cls, campaign: Campaign) -> Form:
        """An empty form: every network is ticked."""
        return cls(networks=frozenset(campaign.networks))

    @classmethod
    def read(cls, fields: Mapping[str, str], campaign: Campaign) -> Form:
        """The fields as they came, texts cleaned."""
        token, naming = fields.get("token", ""), fields.get("naming", "")
        return cls(
            token=token if re.fullmatch("[0-9a-f]{32}", token) else _fresh_token(),
            upload=fields.get("upload", ""),
            language=fields.get("language", ""),
            networks=frozenset(key for key in campaign.networks if fields.get(f"network-{key}") == "yes"),
            naming=Naming(naming) if naming in [*Naming] else Naming.NONE,
            name=line(fields, "name"),
            country=line(fields, "country"),
            show_country=fields.get("show_country") == "yes",
            not_before=line(fields, "not_before"),
            contact=line(fields, "contact"),
            consent=fields.get("consent") == "yes",
            seen=fields.get("seen", ""),
        )

    @classmethod
    def of(cls, choices: Choices) -> Form:
        """The form filled in with what was decided before."""
        return cls(
            networks=frozenset(choices.networks),
            naming=choices.naming,
            name=choices.name,
            country=choices.country,
            show_country=bool(choices.country),
            not_before=day.isoformat() if (day := choices.not_before) and not_over(day) else "",
            contact=choices.contact,
            consent=choices.publish,
        )

    def fields(self) -> dict[str, str]:
        """The fields as a browser would send them: what `read` reads."""
        texts = ("token", "upload", "language", "naming", "name", "country", "not_before", "contact")
        ticked = {"show_country": self.show_country, "consent": self.consent}
        ticked |= {f"network-{key}": True for key in self.networks}
        return {name: str(getattr(self, name)) for name in texts} | {name: "yes" for name, on in ticked.items() if on}

    @property
    def choices(self) -> Choices:
        """What she decided: of name and country only what may be shown."""
        shown = {Naming.TYPED: self.name, Naming.FIRST: self.name.partition(" ")[0], Naming.NONE: ""}[self.naming]
        return Choices(
            publish=self.consent,
            networks=tuple(sorted(self.networks)),
            naming=self.naming if shown else Naming.NONE,
            name=shown,
            country=self.country if self.show_country else "",
            not_before=_day(self.not_before),
            contact=self.contact,
        )


class Video(NamedTuple):
    """What came as video: how many files, bytes of the first one, its first bytes."""

    files: int
    size: int
    head: bytes


def problems(form: Form, video: Video | None, campaign: Campaign, shown: str) -> list[Problem]:
    """What is wrong, the gravest first; empty when everything is right. video: None where it was looked at before."""
    return [*(_video(video, campaign) if video else []), *_spoken(form, campaign), *decided(form, shown)]


def _video(video: Video, campaign: Campaign) -> list[Problem]:
    limit = campaign.limits.max_bytes
    if video.files == 0:
        return [Problem(400, "video", _("No video was chosen. Please choose one."))]
    if video.files > 1:
        return [Problem(400, "video", _("More than one file came. Please send one video at a time."))]
    if video.size == 0:
        empty = _("The file is empty. Please wait until your phone has saved the video, then choose it again.")
        return [Problem(400, "video", empty)]
    if video.size > limit:
        large = _(
            "The video has %(size)s, and we can take %(limit)s. Please send a shorter one.",
            size=size(video.size),
            limit=size(limit),
        )
        return [Problem(413, "video", large)]
    if not looks_like_video(video.head):
        no = _("This file is not a video that we can read. Please send the video itself, as your phone saved it.")
        return [Problem(415, "video", no)]
    return []


def _spoken(form: Form, campaign: Campaign) -> list[Problem]:
    if form.language in {*campaign.languages, *UNNAMED}:
        return []
    return [Problem(400, "language", _("Please choose the language that you speak in the video."))]


def decided(form: Form, shown: str) -> list[Problem]:
    """What is wrong with her decisions. shown: decide.shown of now."""
    found = []
    for name, text, most in (
        ("name", form.name, MAX_NAME),
        ("country", form.country, MAX_COUNTRY),
        ("contact", form.contact, MAX_CONTACT),
    ):
        if len(text) > most:
            found.append(Problem(400, name, too_long(most)))
    if not form.networks:
        found.append(Problem(400, "networks", _("Please tick at least one place where the video may be published.")))
    if form.not_before and not _possible(form.not_before):
        within = _("Please write a day from today on, not later than in twelve months.")
        found.append(Problem(400, "not_before", within))
    if not form.consent:
        may_not = _("Without your permission we may not use the video. Please tick the box.")
        found.append(Problem(400, "consent", may_not))
    elif form.seen != shown:
        found.append(Problem(409, "consent", _("The wording changed meanwhile. Please read it again.")))
    return found


def too_long(most: int) -> str:
    """What is said about a text with more characters than this."""
    return str(
        ngettext(
            "This is too long: at most %(num)s character, please.",
            "This is too long: at most %(num)s characters, please.",
            most,
        )
    )


def _day(text: str) -> date | None:
    """The day, where it is still to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if not_over(day) else None


def not_over(day: date) -> bool:
    """Whether this day is still to come."""
    return day > now().date()


def _possible(text: str) -> bool:
    """Not in the past, where a mistyped year would mean no bounds; a day is left for who lives west of our clock."""
    today = now().date()
    try:
        return today - timedelta(days=1) <= date.fromisoformat(text) <= today + FARTHEST
    except ValueError:
        return False


def looks_like_video(head: bytes) -> bool:
    """Whether a file that begins so can be an MP4, MOV, 3GP, MKV or WebM. What is inside is the worker's business."""
    return head[4:8] in ISO_BOXES or head.startswith(EBML)

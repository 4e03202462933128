"""What a supporter typed, and what is wrong with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.config import Campaign
from web.given import line
from web.upload import Upload
from web.words import UNNAMED, size

SLACK_BYTES = 100_000  # what a form holds beside its file
MAX_NAME = 60  # characters

#: The two families of files that phones and cameras make; everything else is refused before it is stored.
ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"}
EBML = b"\x1a\x45\xdf\xa3"


class Problem(NamedTuple):
    """One thing that is wrong: the answer's code, the field to go to, and what to do."""

    code: int
    field: str
    text: str


NO_ROOM = Problem(507, "", "We have no room for another video at the moment. Nothing was kept. Please come back later.")
NOT_STORED = Problem(503, "", "We could not store your video. Nothing was kept. Please send it again in a few minutes.")


def _fresh_token() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Form:
    """The fields beside the video. The token makes the very same form sent twice one appeal."""

    token: str = field(default_factory=_fresh_token)
    language: str = ""
    name: str = ""
    consent: bool = False

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Form:
        """The fields as they came, the name cleaned."""
        token = fields.get("token", "")
        return cls(
            token=token if re.fullmatch("[0-9a-f]{32}", token) else _fresh_token(),
            language=fields.get("language", ""),
            name=line(fields, "name"),
            consent=fields.get("consent") == "yes",
        )


def problems(upload: Upload, form: Form, campaign: Campaign) -> list[Problem]:
    """What is wrong, the gravest first; empty when everything is right."""
    if not upload.whole or upload.fields.get("whole") != "yes":
        cut = "Your form was cut off on its way, so nothing was kept. Please choose the video and send it again."
        return [Problem(400, "video", cut)]
    return [*_video(upload, campaign), *_typed(form, campaign)]


def _video(upload: Upload, campaign: Campaign) -> list[Problem]:
    limit = campaign.limits.max_bytes
    if upload.files == 0:
        return [Problem(400, "video", "No video was chosen. Please choose one.")]
    if upload.files > 1:
        return [Problem(400, "video", "More than one file came. Please send one video at a time.")]
    if upload.size == 0:
        empty = "The file is empty. Please wait until your phone has saved the video, then choose it again."
        return [Problem(400, "video", empty)]
    if upload.size > limit:
        large = f"The video has {size(upload.size)}, and we can take {size(limit)}. Please send a shorter one."
        return [Problem(413, "video", large)]
    with upload.path.open("rb") as file:
        if not looks_like_video(file.read(12)):
            no = "This file is not a video that we can read. Please send the video itself, as your phone saved it."
            return [Problem(415, "video", no)]
    return []


def _typed(form: Form, campaign: Campaign) -> list[Problem]:
    found = []
    if form.language not in {*campaign.languages, *UNNAMED}:
        found.append(Problem(400, "language", "Please choose the language that you speak in the video."))
    if len(form.name) > MAX_NAME:
        found.append(Problem(400, "name", f"The name is too long: at most {MAX_NAME} characters, please."))
    if not form.consent:
        found.append(Problem(400, "consent", "Without your permission we may not use the video. Please tick the box."))
    return found


def looks_like_video(head: bytes) -> bool:
    """Whether a file that begins so can be an MP4, MOV, 3GP, MKV or WebM. What is inside is the worker's business."""
    return head[4:8] in ISO_BOXES or head.startswith(EBML)

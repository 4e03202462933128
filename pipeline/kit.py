"""What may leave the house of a released clip, and what goes into its kit. Every download asks here.

A kit holds the renditions for the networks that she allowed, subtitles under the names that networks want, a cover,
what to write beside the clip, and the record of its approval. Nothing in it is about her but what she shows. It is made
anew at each download, from rows and files that the approval pins: the same each time, as long as campaign.toml is.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline import formats, texts
from pipeline.approval import approval_in_force, downloadable
from pipeline.campaign import Campaign
from pipeline.models import Appeal, Approval, File, Kind, Status
from pipeline.presets import PRESETS
from pipeline.zipped import Member

LANGUAGE = "ru"  # of the subtitles


@dataclass(frozen=True)
class Kit:
    """The files of one clip, by name: stored ones, and texts."""

    appeal_id: int
    approval_id: int
    stem: str  # what every name in it begins with
    day: date  # of the approval
    files: Mapping[str, File | bytes]
    sums: bytes  # SHA256SUMS, as sha256sum reads it

    @property
    def stored(self) -> set[File]:
        """The files that lie in the storage."""
        return {file for file in self.files.values() if isinstance(file, File)}

    def members(self, open_file: Callable[[File], BinaryIO], folder: str = "") -> list[Member]:
        """The files of its ZIP. open_file: checks and opens a stored one."""
        made = [_member(folder + name, content, open_file) for name, content in self.files.items()]
        return [*made, Member.of(f"{folder}SHA256SUMS", self.sums)]


def allowed(appeal: Appeal) -> frozenset[str]:
    """The networks on which its supporter wants to see it now."""
    return frozenset((appeal.consents[-1].answer("networks") if appeal.consents else None) or ())


def files(appeal: Appeal) -> dict[str, File]:
    """The gate: what may leave now, by preset, or else by kind.

    Nothing unless it is released, its day has come, and its approval fits its bytes, its text and what she decided.
    """
    approval = approval_in_force(appeal)
    found = {kind.value: file for kind, file in downloadable(appeal).items()}
    if approval is None or not found:
        return {}
    poster = appeal.file(Kind.POSTER)
    for file in appeal.files:
        if file.kind == Kind.COVER and file.revision_id == approval.revision_id:
            found[Kind.COVER] = file
    return found | renditions(appeal) | ({Kind.POSTER.value: poster} if poster else {})


def renditions(appeal: Appeal) -> dict[str, File]:
    """The renditions that may leave now, by preset: those of the approved revision, for networks that she allows."""
    approval = approval_in_force(appeal)
    if approval is None or not downloadable(appeal):
        return {}
    mine = {file.preset: file for file in appeal.files if file.kind == Kind.RENDITION}
    networks = allowed(appeal)
    return {
        name: mine[name]
        for name, preset in PRESETS.items()
        if name in mine and preset.network in networks and mine[name].revision_id == approval.revision_id
    }


def all_open(session: Session, approvals: Iterable[int]) -> bool:
    """Whether the clips of these approvals are all released still: quick, to be asked again and again meanwhile."""
    wanted = set(approvals)
    standing = (
        select(func.count(Approval.id))
        .join(Appeal, Appeal.id == Approval.appeal_id)
        .where(Approval.id.in_(wanted), Approval.ended_at.is_(None), Appeal.status == Status.RELEASED)
    )
    return session.scalar(standing) == len(wanted)


def pack(appeal: Appeal, campaign: Campaign) -> Kit | None:
    """Its kit as it is now; None where nothing of it may leave."""
    approval, open_ones = approval_in_force(appeal), files(appeal)
    if approval is None or not open_ones:
        return None
    named = names(appeal, approval)
    videos = renditions(appeal) or {"finished": open_ones["finished"]}
    content: dict[str, File | bytes] = {named[name]: file for name, file in videos.items()}
    for kind in ("srt", "vtt", "cover" if "cover" in open_ones else "poster"):
        if kind in open_ones:
            content[named[kind]] = open_ones[kind]
    for preset in videos:
        if preset in PRESETS and PRESETS[preset].srt and "srt" in open_ones:
            name = PRESETS[preset].srt.replace("{name}", named[preset].removesuffix(".mp4"))
            content[name] = _srt(approval, preset) or open_ones["srt"]
    content |= _texts(appeal, approval, campaign)
    content["approval.json"] = _record(appeal, approval, {name: _sha256(each) for name, each in content.items()})
    sums = "".join(f"{_sha256(each)}  {name}\n" for name, each in sorted(content.items())).encode()
    return Kit(appeal.id, approval.id, stem(appeal, approval), approval.at.date(), content, sums)


def _srt(approval: Approval, preset: str) -> bytes:
    """The subtitles beside a rendition that ends earlier than the clip; none where it does not."""
    end = (approval.delivery or {}).get("cuts", {}).get(preset)
    if end is None:
        return b""
    inside = [replace(cue, end=min(cue.end, end)) for cue in approval.revision.cues if cue.start < end]
    return formats.srt(inside).encode()


def stem(appeal: Appeal, approval: Approval, part: str = "") -> str:
    """How names begin: clip, perhaps a part of it, language, day of the approval."""
    middle = f"_{part}" if part else ""
    return f"appeal-{appeal.id}{middle}_{LANGUAGE}_{approval.at:%Y-%m-%d}"


def names(appeal: Appeal, approval: Approval) -> dict[str, str]:
    """How each file is called outside, by preset or kind. One that serves several networks says all of them."""
    shared: dict[str, list[str]] = {}
    for preset, file in renditions(appeal).items():
        shared.setdefault(file.sha256, []).append(preset)
    found = {
        preset: stem(appeal, approval, "+".join(presets)) + ".mp4" for presets in shared.values() for preset in presets
    }
    parts = {"finished": "", "softsub": "soft", "srt": "", "vtt": "", "cover": "cover", "poster": "poster"}
    endings = {"srt": ".srt", "vtt": ".vtt", "cover": ".jpg", "poster": ".jpg"}
    return found | {kind: stem(appeal, approval, part) + endings.get(kind, ".mp4") for kind, part in parts.items()}


def own_name(appeal: Appeal, approval: Approval, name: str) -> str:
    """How a file is called that is saved by itself, for the network for which somebody wants it."""
    if name in PRESETS:
        return f"{stem(appeal, approval, name)}.mp4"
    return names(appeal, approval)[name]


def told(appeal: Appeal, approval: Approval, campaign: Campaign) -> texts.Clip:
    """What may be told of it beside the clip."""
    said = " ".join(" ".join(cue.text.split()) for cue in approval.revision.cues)
    return texts.Clip(appeal.shown_name, appeal.shown_country, said, " ".join(campaign.hashtags))


def posts(appeal: Appeal, approval: Approval, campaign: Campaign) -> dict[str, texts.Post]:
    """What to write on each network that she allowed, by network."""
    clip = told(appeal, approval, campaign)
    networks = [key for key in campaign.networks if key in allowed(appeal)]
    limits = {key: limit for key in networks if (limit := limits_of(key)) is not None}
    return {key: texts.post(campaign.texts, clip, key, *limit) for key, limit in limits.items()}


def limits_of(network: str) -> tuple[int, int] | None:
    """How long title and text may be there (0: there is none). None where no preset is of this network."""
    there = [preset for preset in PRESETS.values() if preset.network == network]
    if not there:
        return None
    titles, lengths = ({each.title_chars for each in there} - {0}, {each.text_chars for each in there} - {0})
    return min(titles, default=0), min(lengths, default=0)


def _texts(appeal: Appeal, approval: Approval, campaign: Campaign) -> dict[str, bytes]:
    clip = told(appeal, approval, campaign)
    found = {f"{stem(appeal, approval)}.txt": "\n".join(texts.sentences(clip.said))}
    for network, post in posts(appeal, approval, campaign).items():
        found[f"posts/{network}.txt"] = f"{post.title}\n\n{post.text}" if post.title else post.text
    found["alt.txt"] = texts.alt(campaign.texts, clip)
    return {name: f"{text}\n".encode() for name, text in found.items()}


def _record(appeal: Appeal, approval: Approval, sums: Mapping[str, str]) -> bytes:
    """Who approved what, and when, and which files (SHA-256 by name) were made of it; nothing about the supporter."""
    record = {
        "appeal": appeal.id,
        "approved_by": approval.by.name,
        "approved_at": approval.at.isoformat(timespec="seconds"),
        "finished_sha256": approval.finished_sha256,
        "revision": approval.revision.number,
        "consent_wording": appeal.consents[-1].version,
        "files": dict(sorted(sums.items())),
    }
    return f"{json.dumps(record, indent=2, ensure_ascii=False)}\n".encode()


def _sha256(content: File | bytes) -> str:
    return content.sha256 if isinstance(content, File) else hashlib.sha256(content).hexdigest()


def _member(name: str, content: File | bytes, open_file: Callable[[File], BinaryIO]) -> Member:
    if isinstance(content, bytes):
        return Member.of(name, content)
    crc32 = content.crc32
    if crc32 is None:  # stored before kits were made, or by its known hash
        crc32 = _crc32(open_file(content))
    return Member(name, content.size, crc32, lambda: open_file(content))


def _crc32(reader: BinaryIO) -> int:
    crc32 = 0
    with reader:
        while chunk := reader.read(1 << 20):
            crc32 = zlib.crc32(chunk, crc32)
    return crc32

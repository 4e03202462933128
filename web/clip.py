"""What the page of a released clip shows: frames as on each network, post texts, files, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline import delivery, kit, presets, texts
from pipeline.approval import approval_in_force, authors, too_early
from pipeline.campaign import Campaign
from pipeline.look import Box
from pipeline.models import Account, Appeal, Approval, File
from pipeline.presets import Preset

#: What lies beside the renditions, by kind.
OTHERS = ("finished", "softsub", "srt", "vtt", "cover")

SHAPES = {"tall": 9 / 16, "portrait": 4 / 5, "square": 1.0, "wide": 16 / 9}  # the classes of gallery.css


@dataclass(frozen=True)
class Frame:
    """A clip as it stands on a network. Lengths in pixels of the frame."""

    preset: Preset
    file: File | None
    why: str  # there is no file
    width: int
    height: int
    zone: Box  # what the network's own buttons leave free

    @property
    def shape(self) -> str:
        """The nearest of SHAPES."""
        return min(SHAPES, key=lambda name: abs(SHAPES[name] - self.width / self.height))


@dataclass(frozen=True)
class Written:
    """What to write on a network, and how much of its limits that takes."""

    network: str
    post: texts.Post
    limits: tuple[int, int]
    lengths: tuple[int, int]


def shown(session: Session, appeal: Appeal, campaign: Campaign) -> dict[str, Any]:
    """For the template. Without an approval that fits, or before her day, there is little to show."""
    approval, files = approval_in_force(appeal), kit.files(appeal)
    if approval is None or not files:
        return {"files": {}, "early": too_early(appeal), "given": approval}
    packed = kit.pack(appeal, campaign)
    return {
        "files": files,
        "given": approval,
        "frames": _frames(appeal, approval, files),
        "others": [kind for kind in OTHERS if kind in files],
        "written": _written(appeal, approval, campaign),
        "alt": texts.alt(campaign.texts, kit.told(appeal, approval, campaign)),
        "kit_bytes": sum(each.size for each in packed.stored) if packed else 0,
        "names": kit.names(appeal, approval),
        "credits": _credits(session, approval),
    }


def _frames(appeal: Appeal, approval: Approval, files: dict[str, File]) -> list[Frame]:
    """Those with a file first."""
    missing = delivery.missing(appeal, delivery.Choices.from_dict(approval.delivery))
    media = appeal.media or {}
    wide = media.get("width", 9) > media.get("height", 16)
    found = []
    for preset in presets.for_networks(kit.allowed(appeal)):
        turned = preset.own_frame and wide
        width, height = (preset.height, preset.width) if turned else (preset.width, preset.height)
        zone = preset.zone
        found.append(
            Frame(
                preset=preset,
                file=files.get(preset.name),
                why=said.translated(_) if (said := missing.get(preset.name)) else "",
                width=width,
                height=height,
                zone=Box(zone.left * width, zone.top * height, zone.width * width, zone.height * height),
            )
        )
    return sorted(found, key=lambda frame: frame.file is None)


def _written(appeal: Appeal, approval: Approval, campaign: Campaign) -> list[Written]:
    made = []
    for network, post in kit.posts(appeal, approval, campaign).items():
        limits = kit.limits_of(network) or (0, 0)
        made.append(Written(network, post, limits, (texts.length(post.title), texts.length(post.text, network))))
    return made


def _credits(session: Session, approval: Approval) -> list[str]:
    """Pseudonyms of those who wrote its subtitles and said that they may be named."""
    wrote = (Account.id.in_(authors(approval.revision)), Account.credited)
    return list(session.scalars(select(Account.name).where(*wrote).order_by(Account.name)))

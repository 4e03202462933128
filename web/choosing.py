"""What a reviewer chooses at the approval: how narrow frames are cut, whether a card closes the clip, where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from pipeline import delivery
from pipeline.cues import Cue
from pipeline.delivery import Choices
from pipeline.framing import Cut, Framing, cut, same_shape
from pipeline.models import Appeal
from pipeline.presets import PRESETS, Preset
from pipeline.reading.faults import Said
from web import given
from web.desk import desk


@dataclass(frozen=True)
class View:
    """How a frame shows the clip: its size, the labels of its presets, and what each framing cuts out; None: all."""

    frame: tuple[int, int]
    labels: list[str]
    parts: dict[Framing, Cut | None]


@dataclass(frozen=True)
class Offer:
    """All that there is to choose for one clip."""

    size: tuple[int, int]
    framings: list[Framing]
    views: list[View]
    card: bool  # the campaign has one
    cuts: list[tuple[Preset, int]]  # presets that do not take all of the clip, and where it could end, in ms
    against: dict[str, Said]  # presets that cannot have it, however it is cut


def offer(appeal: Appeal, cues: Sequence[Cue]) -> Offer:
    """What can be chosen for this clip, under what its supporter allows."""
    media = appeal.media or {}
    size = (media.get("width", 1080), media.get("height", 1920))
    wanted, length = delivery.allowed(appeal), media.get("duration_ms", 0)
    ends = delivery.offers(wanted, cues, length)
    return Offer(
        size,
        [each for each in Framing if each != Framing.FACE or appeal.focus],
        _views(appeal, wanted, size),
        desk().campaign.card is not None,
        [(PRESETS[name], end) for name, end in ends.items()],
        delivery.missing(appeal, Choices(cuts=ends)),
    )


def _views(appeal: Appeal, wanted: Sequence[Preset], size: tuple[int, int]) -> list[View]:
    """One for each frame of another shape than the clip."""
    focus = (appeal.focus["x"], appeal.focus["y"]) if appeal.focus else (0.5, 0.5)
    labels: dict[tuple[int, int], list[str]] = {}
    for preset in wanted:
        frame = (preset.width, preset.height)
        if not same_shape(size, frame) and not preset.own_frame:
            labels.setdefault(frame, []).append(preset.label)
    return [
        View(frame, names, {Framing.PAD: None, Framing.CENTRE: cut(size, frame), Framing.FACE: cut(size, frame, focus)})
        for frame, names in labels.items()
    ]


def chosen(form: MultiDict[str, str], appeal: Appeal, cues: Sequence[Cue]) -> Choices:
    """What the form says; what it does not say, or what is not offered, is as if nothing had been touched."""
    there = offer(appeal, cues)
    framing = next((each for each in there.framings if each == form.get("framing")), Framing.PAD)
    ticked = {*form.getlist("cut")}
    cuts = {preset.name: end for preset, end in there.cuts if preset.name in ticked}
    return Choices(framing, given.line(form, "card") != "no", cuts)

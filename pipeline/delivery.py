"""From an approved clip to its renditions: what the reviewer chose, what fits which network, and what does not."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline import presets, recipes, renditions
from pipeline.campaign import Campaign
from pipeline.cues import Cue
from pipeline.errors import S_
from pipeline.framing import Framing
from pipeline.models import Appeal
from pipeline.prepare import proxy_size
from pipeline.presets import Preset
from pipeline.probe import MediaInfo
from pipeline.reading.faults import Said
from pipeline.sandbox import Sandbox

TAIL = 300  # ms after the last word of a clip that is cut off
SENTENCE_END = re.compile(r"[.!?…][»“”\"]?$")


@dataclass(frozen=True)
class Choices:
    """What a reviewer chose at the approval."""

    framing: Framing = Framing.PAD
    card: bool = True
    cuts: Mapping[str, int] = field(default_factory=dict)  # by preset: where the clip ends there, ms

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> Choices:
        """The reverse of to_dict; approvals of before there were choices have none."""
        if not values:
            return cls()
        return cls(Framing(values["framing"]), values["card"], values["cuts"])


def allowed(appeal: Appeal) -> list[Preset]:
    """The presets of the networks on which its supporter wants to see it."""
    networks = appeal.consents[-1].answer("networks") if appeal.consents else None
    return presets.for_networks(networks or ())


def offers(wanted: Iterable[Preset], cues: Sequence[Cue], length_ms: int) -> dict[str, int]:
    """Where the clip could end (ms) for each preset that does not take all of it: after a sentence, or else a cue."""
    found = {}
    for preset in wanted:
        if length_ms > preset.max_ms:
            inside = [cue for cue in cues if cue.text.strip() and cue.end <= preset.max_ms]
            ends = [cue for cue in inside if SENTENCE_END.search(cue.text.strip())] or inside
            found[preset.name] = min(ends[-1].end + TAIL, preset.max_ms) if ends else preset.max_ms
    return found


def missing(appeal: Appeal, choices: Choices) -> dict[str, Said]:
    """Why there is no rendition for a network that she allowed, by preset."""
    length = (appeal.media or {}).get("duration_ms", 0)
    return {
        preset.name: said
        for preset in allowed(appeal)
        if (said := _against(preset, length, choices.cuts.get(preset.name)))
    }


def _against(preset: Preset, length_ms: int, end_ms: int | None) -> Said | None:
    values = {"label": preset.label, "length": _clock(length_ms)}
    if length_ms > preset.max_ms and end_ms is None:
        return Said(
            S_("%(label)s takes at most %(most)s; this clip has %(length)s, and the reviewer chose no cut."),
            {**values, "most": _clock(preset.max_ms)},
        )
    if length_ms < preset.min_ms:
        return Said(
            S_("%(label)s takes no clip shorter than %(least)s; this one has %(length)s."),
            {**values, "least": _clock(preset.min_ms)},
        )
    return None


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02}"


def make(
    box: Sandbox,
    campaign: Campaign,
    appeal: Appeal,
    choices: Choices,
    cues: Sequence[Cue],
    clean: Path,
    finished: Path,
    work: Path,
    stop: threading.Event | None = None,
) -> dict[str, Path]:
    """The renditions by preset; several may share a file. Raises ToolFailed, LostLease."""
    media, focus = MediaInfo.from_dict(appeal.media or {}), appeal.focus
    against = missing(appeal, choices)
    wanted = {
        preset.name: (preset, choices.cuts.get(preset.name)) for preset in allowed(appeal) if preset.name not in against
    }
    if not wanted:
        return {}
    source = recipes.Source(
        clean,
        finished,
        proxy_size(media),
        media.fps,
        media.duration_ms,
        cues,
        (focus["x"], focus["y"]) if focus else None,
    )
    wish = recipes.Wish(choices.framing, campaign.card if choices.card else None, campaign.hashtags, campaign.look)
    return renditions.make(box, source, wanted, wish, work, stop)

"""Proofreading: what the checks say about the rows of the cue table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline import checks, layout
from pipeline.checks import Finding
from pipeline.cues import Cue
from pipeline.layout import Profile
from pipeline.models import Appeal, Layer
from web.cuetable import MAX_CUES, MAX_TEXT, Row
from web.desk import desk

SHOWN_AS_DOUBT = frozenset({"doubt", "untranslated"})  # the table says these in words of its own


def frame(appeal: Appeal) -> Profile:
    """By which rules the captions of this appeal are read."""
    media = appeal.media or {}
    return layout.profile(media.get("width", 16), media.get("height", 9))


def read(appeal: Appeal, cues: Sequence[Cue]) -> list[Finding]:
    """What is wrong with these cues, by the same list as `python -m pipeline check`."""
    track = appeal.track(Layer.TRANSCRIPT)
    spoken, language = (track.latest.cues, track.language) if track else ([], "")
    return checks.check(
        cues,
        frame(appeal),
        spoken=spoken,
        language=language,
        glossary=desk().campaign.glossary,
        clip_ms=(appeal.media or {}).get("duration_ms"),
    )


def by_row(appeal: Appeal, rows: Iterable[Row]) -> dict[int, list[Finding]]:
    """Findings by the number of the row that they are about; none for rows that cannot be saved as they are."""
    timed = [(cue, row.number) for row in rows if (cue := row.cue) and not row.drop and len(cue.text) <= MAX_TEXT]
    timed = sorted(timed[:MAX_CUES], key=lambda each: each[0].start)
    found: dict[int, list[Finding]] = {}
    for finding in read(appeal, [cue for cue, _ in timed]):
        if finding.check not in SHOWN_AS_DOUBT:
            found.setdefault(timed[finding.cue][1], []).append(finding)
    return found


def counted(found: dict[int, list[Finding]]) -> str:
    """`2 errors, 5 warnings.`; notes do not count."""
    totals = Counter(finding.severity for findings in found.values() for finding in findings)
    named = [f"{totals[kind]} {kind}{'s' * (totals[kind] > 1)}" for kind in ("error", "warning") if totals[kind]]
    return ", ".join(named) + "." * bool(named)

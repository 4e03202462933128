"""Proofreading: what the checks say about the cues of an appeal, and what is not done yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from flask_babel import gettext, ngettext

from pipeline import checks, layout
from pipeline.checks import Finding
from pipeline.cues import Cue
from pipeline.layout import Profile
from pipeline.models import Appeal, Layer
from web.desk import desk

SHOWN_AS_DOUBT = frozenset({"doubt", "untranslated"})  # the page says these in words of its own


def frame(appeal: Appeal) -> Profile:
    """By which rules the captions of this appeal are read."""
    media = appeal.media or {}
    return layout.profile(media.get("width", 16), media.get("height", 9))


def read(appeal: Appeal, cues: Sequence[Cue]) -> list[Finding]:
    """What is wrong with these cues, by the same list as `python -m pipeline check`; doubts are not among it."""
    track = appeal.track(Layer.TRANSCRIPT)
    spoken, language = (track.latest.cues, track.language) if track else ([], "")
    found = checks.check(
        cues,
        frame(appeal),
        spoken=spoken,
        language=language,
        glossary=desk().campaign.glossary,
        clip_ms=(appeal.media or {}).get("duration_ms"),
    )
    return [finding for finding in found if finding.check not in SHOWN_AS_DOUBT]


def sentence(finding: Finding) -> str:
    """In the language of the page."""
    return finding.said.translated(gettext)


def counted(findings: Iterable[Finding]) -> list[str]:
    """`2 errors`, `5 warnings`; notes do not count."""
    totals = Counter(finding.severity for finding in findings)
    errors, warnings = totals["error"], totals["warning"]
    named = [
        (errors, ngettext("%(num)s error", "%(num)s errors", errors)),
        (warnings, ngettext("%(num)s warning", "%(num)s warnings", warnings)),
    ]
    return [words for count, words in named if count]


def open_questions(cues: Sequence[Cue]) -> list[str]:
    """What is not done yet, a sentence each; none when all is well."""
    empty, doubted = (sum(not cue.text for cue in cues), sum(bool(cue.text and cue.doubts) for cue in cues))
    all_of_them = len(cues)
    named = [
        (
            empty,
            ngettext(
                "%(num)s of %(all)s cues has no Russian.",
                "%(num)s of %(all)s cues have no Russian.",
                empty,
                all=all_of_them,
            ),
        ),
        (
            doubted,
            ngettext(
                "%(num)s of %(all)s cues has open doubts.",
                "%(num)s of %(all)s cues have open doubts.",
                doubted,
                all=all_of_them,
            ),
        ),
    ]
    return [words for count, words in named if count]

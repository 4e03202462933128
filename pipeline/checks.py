"""One list of checks over a Russian track, for the workbench and the command line, with fixes where they are safe."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.cues import Cue
from pipeline.glossary import Term
from pipeline.layout import Profile
from pipeline.reading import lines, pace, repair, wording
from pipeline.reading.faults import Fault, Place, Said, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in a cue (counted from 0), in one sentence; and what may safely stand in that cue's place."""

    check: str
    severity: Severity
    cue: int
    said: Said
    fix: tuple[Cue, ...] | None = None

    @property
    def sentence(self) -> str:
        """In English; for another language there is said.translated."""
        return str(self.said)


def check(
    cues: Sequence[Cue],
    frame: Profile,
    *,
    spoken: Sequence[Cue] = (),
    language: str = "",
    glossary: Sequence[Term] = (),
    clip_ms: int | None = None,
) -> list[Finding]:
    """All that is wrong with a track in the order of its cues. spoken: the transcript, in this language (BCP 47).

    clip_ms: how long the clip is, if that is known: so far the last cue may be lengthened.
    """
    heard = _heard(cues, spoken)
    quotes: dict[int, list[Fault]] = defaultdict(list)
    for at, fault in wording.unbalanced(cues):
        quotes[at].append(fault)
    findings = []
    for at, cue in enumerate(cues):
        place = Place(
            at + 1,
            cue,
            cues[at - 1] if at else None,
            cues[at + 1] if at + 1 < len(cues) else None,
            frame,
            " ".join(each.text for each in heard[at]),
            next((each.language for each in heard[at] if each.language), language),
            clip_ms,
        )
        faults = [*_faults(place, glossary), *quotes[at]]
        fixes = _fixes(place, faults) if faults else {}
        findings += [Finding(each.check, each.severity, at, each.said, fixes.get(each.check)) for each in faults]
    return findings


def mend(cues: Sequence[Cue], findings: Iterable[Finding]) -> list[Cue]:
    """The track with all fixes at once: of a cue's fixes the one into several cues, else each one's times and text."""
    fixes: dict[int, list[tuple[Cue, ...]]] = defaultdict(list)
    for finding in findings:
        if finding.fix is not None:
            fixes[finding.cue].append(finding.fix)
    return [mended for at, cue in enumerate(cues) for mended in _merged(cue, fixes[at])]


def beside(cues: Sequence[Cue], spoken: Sequence[Cue]) -> list[str]:
    """What was said under each cue: every line of the transcript stands beside the cue that shares most time."""
    return [" ".join(each.text for each in heard) for heard in _heard(cues, spoken)]


def _heard(cues: Sequence[Cue], spoken: Iterable[Cue]) -> list[list[Cue]]:
    """The lines of the transcript that belong to each cue. Cues may be in any order, and may overlap."""
    order = sorted(range(len(cues)), key=lambda at: cues[at].start)
    starts = [cues[at].start for at in order]
    reached = list(accumulate((cues[at].end for at in order), max))
    found: list[list[Cue]] = [[] for _ in cues]
    for line in spoken:
        near = order[bisect_right(reached, line.start) : bisect_left(starts, line.end)]
        shared = [(min(cues[at].end, line.end) - max(cues[at].start, line.start), -at) for at in near]
        most, place = max(shared, default=(0, 0))
        if most > 0:
            found[-place].append(line)
    return found


def _faults(place: Place, glossary: Sequence[Term] = ()) -> list[Fault]:
    if not place.cue.text.strip():
        return [*pace.faults(place), *wording.faults(place)]
    return [*pace.faults(place), *lines.faults(place), *wording.faults(place, glossary)]


def _fixes(place: Place, faults: Sequence[Fault]) -> dict[str, tuple[Cue, ...]]:
    """By check, what may stand in the cue's place and brings nothing worse with it. Fixes change no words."""
    worst: dict[str, int] = {}
    for fault in faults:
        worst[fault.check] = max(fault.rank, worst.get(fault.check, 0))

    def safe(fix: Sequence[Cue]) -> bool:
        around = [place.before, *fix, place.after]
        made = [
            fault
            for before, cue, after in zip(around, fix, around[2:], strict=False)
            for fault in _faults(replace(place, cue=cue, before=before, after=after))
        ]
        return all(fault.severity == "note" or fault.rank <= worst.get(fault.check, -1) for fault in made)

    fixes: dict[str, tuple[Cue, ...]] = {}
    for mended, fix in repair.ways(place, worst.keys()):
        left = mended - fixes.keys()
        if left and fix and safe(fix) and (not fixes or safe(_merged(place.cue, [*fixes.values(), fix]))):
            fixes |= dict.fromkeys(left, fix)
    return fixes


def _merged(cue: Cue, fixes: Iterable[tuple[Cue, ...]]) -> tuple[Cue, ...]:
    """Into several cues, if one of the fixes does that; else with the times of one and the text of another."""
    merged = cue
    for fix in fixes:
        if len(fix) > 1:
            return fix
        changed = {
            name: value for name in ("start", "end", "text") if (value := getattr(fix[0], name)) != getattr(cue, name)
        }
        merged = replace(merged, **changed)
    return (merged,)

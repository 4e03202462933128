"""Plots as SVG, drawn here: lines told apart by dashes and marks, so that they can be read without colours.

The templates `staff/_plot.html` draw what is measured out here. Lengths are units of the viewBox, 400 wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP = 52, 390, 12  # where the lines are; words stand left of it and below
LEGEND = 22  # height of a line in the legend
BAR, GAP = 16, 22  # height of a bar, and of the words above it
MOST = 6  # lines that can be told apart
LABELS = 5  # words below the lines

#: How lines differ: dashes, and marks around (0, 0).
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "14 4")
MARKS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",  # a disc
    "M-4-4h8v8h-8z",  # a square
    "M0-5l5 9h-10z",  # a triangle
    "M0-5l5 5l-5 5l-5-5z",  # a diamond
    "M-5-3l2-2l3 3l3-3l2 2l-3 3l3 3l-2 2l-3-3l-3 3l-2-2l3-3z",  # a cross
    "M0 5l5-9h-10z",  # a triangle that stands on its tip
)


class Point(NamedTuple):
    """Where something stands."""

    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """One line, broken where nothing is known."""

    name: str
    last: int | None  # its newest value
    parts: list[list[Point]]
    dash: str
    mark: str
    y: float  # in the legend


@dataclass(frozen=True)
class Lines:
    """Values over weeks."""

    lines: list[Line]
    ticks: list[tuple[int, float]]  # a value, and its height
    weeks: list[tuple[date, float]]  # a Monday, and where its name stands
    gaps: list[tuple[float, float]]  # where a stretch begins in which nobody counted, and its width
    bottom: float
    height: float


class Bar(NamedTuple):
    """One bar; None: nobody counted."""

    name: str
    value: int | None
    y: float
    width: float


@dataclass(frozen=True)
class Bars:
    """Values beside one another."""

    bars: list[Bar]
    height: float


def lines(weeks: Sequence[date], series: Mapping[str, Sequence[int | None]]) -> Lines | None:
    """Each of at most MOST series has a value for each week; None where there is nothing to draw."""
    known = [value for values in series.values() for value in values if value is not None]
    if not known:
        return None
    top = ticks(max(known))
    bottom = HEIGHT - 24
    step = (RIGHT - LEFT) / max(len(weeks) - 1, 1)
    xs = [LEFT + step * place if len(weeks) > 1 else (LEFT + RIGHT) / 2 for place in range(len(weeks))]
    drawn = []
    for place, (name, values) in enumerate(list(series.items())[:MOST]):
        points = [
            None if value is None else Point(round(x, 1), round(bottom - (bottom - TOP) * max(value, 0) / top[-1], 1))
            for x, value in zip(xs, values, strict=True)
        ]
        last = next((value for value in reversed(values) if value is not None), None)
        look = (DASHES[place], MARKS[place])
        drawn.append(Line(name, last, _parts(points), *look, HEIGHT + 8 + LEGEND * place))
    heights = [(value, round(bottom - (bottom - TOP) * value / top[-1], 1)) for value in top]
    every = -(-len(weeks) // LABELS)
    named = [(week, round(x, 1)) for week, x in list(zip(weeks, xs, strict=True))[::every]]
    return Lines(drawn, heights, named, _gaps(xs, series, step), bottom, HEIGHT + 4 + LEGEND * len(drawn))


def _parts(points: Sequence[Point | None]) -> list[list[Point]]:
    """Points that follow one another without a gap."""
    parts: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [part for part in parts if part]


def _gaps(xs: Sequence[float], series: Mapping[str, Sequence[int | None]], step: float) -> list[tuple[float, float]]:
    """The weeks between two counts in which none of the series has a value."""
    known = [place for place in range(len(xs)) if any(values[place] is not None for values in series.values())]
    return [
        (round(xs[a] + 6, 1), round(step * (b - a) - 12, 1))
        for a, b in pairwise(known)
        if b - a > 1 and step * (b - a) > 14
    ]


def bars(rows: Sequence[tuple[str, int | None]]) -> Bars | None:
    """A bar for each; None where none has a value."""
    largest = max((value for _name, value in rows if value is not None), default=0)
    if not largest:
        return None
    drawn = [
        Bar(name, value, place * (BAR + GAP), round((RIGHT - 10) * max(value or 0, 0) / largest, 1))
        for place, (name, value) in enumerate(rows)
    ]
    return Bars(drawn, len(drawn) * (BAR + GAP))


def ticks(largest: int) -> list[int]:
    """From zero up to at least this value, in three to six round steps."""
    unit = 1
    while True:
        for step in (unit, 2 * unit, 5 * unit):
            if step * 5 >= largest:
                return [step * place for place in range(max(-(-largest // step), 1) + 1)]
        unit *= 10

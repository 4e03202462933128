"""Plots: what is measured out is what is known, and what nobody knows is not drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from web import plot

WEEKS = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(5)]


def test_a_line_is_broken_where_nothing_is_known_and_the_gap_is_marked():
    drawn = plot.lines(WEEKS, {"a": [10, 20, None, None, 50], "b": [None, 5, None, None, None]})
    a, b = drawn.lines
    assert [len(part) for part in a.parts] == [2, 1] and [len(part) for part in b.parts] == [1]
    assert (a.last, b.last) == (50, 5)
    [(start, width)] = drawn.gaps
    assert a.parts[0][-1].x < start < start + width < a.parts[1][0].x


def test_zero_lies_on_the_ground_and_the_largest_value_inside_of_the_frame():
    drawn = plot.lines(WEEKS, {"a": [0, 1, 2, 3, 99]})
    [points] = drawn.lines[0].parts
    assert points[0].y == drawn.bottom == drawn.ticks[0][1]
    assert plot.TOP <= points[-1].y < points[0].y and drawn.ticks[-1][0] >= 99


def test_lines_differ_by_dashes_and_marks_and_no_more_are_drawn_than_differ():
    drawn = plot.lines(WEEKS[:1], {str(n): [n] for n in range(1, 10)})
    assert len(drawn.lines) == plot.MOST == len({(line.dash, line.mark) for line in drawn.lines})
    assert len(set(plot.DASHES)) == len(set(plot.MARKS)) == plot.MOST


@pytest.mark.parametrize("weeks", [1, 2, 9, 200])
def test_words_below_the_lines_stay_few_and_inside(weeks):
    mondays = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(weeks)]
    drawn = plot.lines(mondays, {"a": [1] * weeks})
    assert 1 <= len(drawn.weeks) <= plot.LABELS and all(plot.LEFT <= x <= plot.RIGHT for _week, x in drawn.weeks)


def test_where_nobody_counted_there_is_no_plot():
    assert plot.lines(WEEKS, {"a": [None] * 5}) is None and plot.lines([], {}) is None
    assert plot.bars([("a", None), ("b", 0)]) is None


def test_a_bar_is_as_long_as_its_value_and_one_that_nobody_counted_has_none():
    long, half, unknown = plot.bars([("a", 100), ("b", 50), ("c", None)]).bars
    assert long.width == pytest.approx(2 * half.width) and unknown.value is None and unknown.width == 0


@pytest.mark.parametrize(
    ("largest", "steps"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (7, [0, 2, 4, 6, 8]), (1001, [0, 500, 1000, 1500])]
)
def test_the_steps_of_a_scale_are_round(largest, steps):
    assert plot.ticks(largest) == steps

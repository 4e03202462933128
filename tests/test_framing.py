"""How a picture comes into a frame of another shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.framing import Cut, cut, same_shape

PORTRAIT, LANDSCAPE, FEED, SQUARE = (1080, 1920), (1920, 1080), (1080, 1350), (1080, 1080)
sides, shares = st.integers(8, 4000), st.floats(0, 1)


@pytest.mark.parametrize(
    ("size", "frame", "focus", "part"),
    [
        (LANDSCAPE, PORTRAIT, (0.5, 0.5), Cut(656, 0, 606, 1080)),  # the middle
        (LANDSCAPE, PORTRAIT, (0.25, 0.5), Cut(176, 0, 606, 1080)),  # around her
        (LANDSCAPE, PORTRAIT, (0.0, 0.5), Cut(0, 0, 606, 1080)),  # as far as the picture goes
        (LANDSCAPE, PORTRAIT, (1.0, 0.5), Cut(1314, 0, 606, 1080)),
        (PORTRAIT, SQUARE, (0.5, 0.3), Cut(0, 36, 1080, 1080)),
        (PORTRAIT, FEED, (0.5, 0.1), Cut(0, 0, 1080, 1350)),
    ],
)
def test_the_cut_is_around_her_as_far_as_the_edges_let_it(size, frame, focus, part):
    assert cut(size, frame, focus) == part


@given(size=st.tuples(sides, sides), frame=st.tuples(sides, sides), focus=st.tuples(shares, shares))
def test_a_cut_lies_in_the_picture_and_takes_all_that_fits_its_shape(size, frame, focus):
    part = cut(size, frame, focus)
    assert 0 <= part.left <= size[0] - part.width and 0 <= part.top <= size[1] - part.height
    assert part.width == size[0] or part.height == size[1] or max(size[0] - part.width, size[1] - part.height) < 3
    assert part.left % 2 == part.top % 2 == 0


def test_a_shape_that_differs_by_less_than_anybody_sees_is_the_same():
    assert same_shape((720, 1280), PORTRAIT) and same_shape((1078, 1920), PORTRAIT)
    assert not same_shape(FEED, SQUARE) and not same_shape(LANDSCAPE, PORTRAIT)

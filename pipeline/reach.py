"""How far posts reached: sums and weeks out of what was counted. What nobody counted is None, and never zero.

Networks count from the beginning, so a post's last number is all of its reach, and a week's gain is a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import NamedTuple, TypeVar

FIELDS = ("views", "likes", "comments", "shares")
WEEK = timedelta(days=7)
K = TypeVar("K", bound=Hashable)


class Count(NamedTuple):
    """What a network said of a post on a day; None: it did not say."""

    day: date
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True)
class Posted:
    """A post with all that was counted of it, the earliest first."""

    id: int
    appeal_id: int
    language: str
    network: str
    channel: str
    hashtags: tuple[str, ...]
    day: date
    url: str = ""
    counts: tuple[Count, ...] = ()

    @cached_property
    def newest(self) -> dict[str, int]:
        """Its numbers as they were counted last."""
        return last(self.counts)


@dataclass(frozen=True, slots=True)
class Total:
    """Some posts together. A sum is None where none of them has that number."""

    posts: int
    counted: int  # of them, how many have numbers at all
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None


class Week(NamedTuple):
    """The numbers at the end of a week. value: of all posts so far, by the last count of each; None: nobody counted."""

    monday: date
    value: int | None
    gain: int | None  # since the last week in which somebody counted
    counted: int  # posts that were counted in this week
    posted: int  # posts that were made in it


def last(counts: Sequence[Count]) -> dict[str, int]:
    """The newest number of each field; fields that nobody said are missing."""
    newest: dict[str, int] = {}
    for each in reversed(counts):
        for name, value in zip(FIELDS, each[1:], strict=True):
            if value is not None:
                newest.setdefault(name, value)
        if len(newest) == len(FIELDS):
            break
    return newest


def total(posts: Iterable[Posted]) -> Total:
    """All of them together."""
    sums: dict[str, int] = {}
    made = counted = 0
    for post in posts:
        made, counted = made + 1, counted + bool(post.newest)
        for name, value in post.newest.items():
            sums[name] = sums.get(name, 0) + value
    return Total(made, counted, *(sums.get(name) for name in FIELDS))


def groups(posts: Iterable[Posted], of: Callable[[Posted], Iterable[K]], by: str = "views") -> list[tuple[K, Total]]:
    """A total for each of what `of` gives, the farthest reach first; a post can stand in several groups."""
    found: dict[K, list[Posted]] = defaultdict(list)
    for post in posts:
        for key in of(post):
            found[key].append(post)
    totals = [(key, total(members)) for key, members in found.items()]
    reach = {key: -1 if getattr(each, by) is None else getattr(each, by) for key, each in totals}
    return sorted(totals, key=lambda pair: (-reach[pair[0]], -pair[1].posts, str(pair[0])))


@cache
def monday(day: date) -> date:
    """The week of a day."""
    return day - timedelta(days=day.weekday())


def weeks(posts: Sequence[Posted], by: str = "views") -> list[Week]:
    """Every week from the first post to the last count, also those in which nobody counted."""
    gains: dict[date, int] = defaultdict(int)
    counted: dict[date, set[int]] = defaultdict(set)
    made: dict[date, int] = defaultdict(int)
    for post in posts:
        made[monday(post.day)] += 1
        before = 0
        for count in post.counts:
            if (value := getattr(count, by)) is not None:
                here = monday(count.day)
                gains[here] += value - before
                counted[here].add(post.id)
                before = value
    if not made:
        return []
    found, so_far, here = [], 0, min([*made, *counted])
    while here <= max([*made, *counted]):
        so_far += gains.get(here, 0)
        known = here in counted
        value, gain = (so_far, gains[here]) if known else (None, None)
        found.append(Week(here, value, gain, len(counted.get(here, ())), made.get(here, 0)))
        here += WEEK
    return found


def behind(posts: Iterable[Posted], today: date) -> list[Posted]:
    """Posts that nobody has counted for a week."""
    return [post for post in posts if today - (post.counts[-1].day if post.counts else post.day) >= WEEK]

"""How far the clips reached: tables and plots by clip, language, network, hashtag and week, and the report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_compact_decimal
from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask_babel import format_date, format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from pipeline import reach
from pipeline.base import now
from pipeline.models import Account, Appeal
from pipeline.posts import Post, Reach
from pipeline.reach import Count, K, Posted, Total, Week
from web import given, plot, words
from web.auth import publishers
from web.desk import desk
from web.sheets import sheet

pages = Blueprint("reach", __name__)

SHOWN = 20  # rows of a table; the files have all of them
BARS = 10

#: What can be measured, and what a column is called.
MEASURES = {"views": _l("Views"), "likes": _l("Likes"), "comments": _l("Comments"), "shares": _l("Shares")}


@dataclass(frozen=True)
class Section:
    """What posts are parted by."""

    id: str
    title: str
    column: str
    rows: list[tuple[str, Total]]  # what it is called, and its numbers; the farthest reach first
    clips: bool = False

    @property
    def shown(self) -> list[tuple[str, Total]]:
        """The first of them."""
        return self.rows[:SHOWN]

    def bars(self, measure: str) -> plot.Bars | None:
        """The first of them, drawn."""
        names = [_("Appeal %(number)s", number=name) if self.clips else name for name, _total in self.rows[:BARS]]
        return plot.bars([(name, getattr(each, measure)) for name, (_key, each) in zip(names, self.rows, strict=False)])


def init_app(app: Flask) -> None:
    """Words of these pages."""
    app.add_template_filter(lambda value: "–" if value is None else format_decimal(value), "count")
    app.add_template_filter(lambda value: format_compact_decimal(value, locale=get_locale()), "short_count")
    app.add_template_filter(lambda day: format_date(day, "d MMM"), "short_day")
    app.add_template_filter(marked)


def everything() -> list[Posted]:
    """Every post that is not struck, with its numbers."""
    columns = (Post.id, Post.appeal_id, Appeal.language, Post.network, Post.channel, Post.hashtags, Post.posted_at)
    numbers = (Reach.post_id, Reach.day, Reach.views, Reach.likes, Reach.comments, Reach.shares)
    counts: dict[int, list[Count]] = defaultdict(list)
    with desk().db.read() as session:
        for post_id, *said in session.execute(
            select(*numbers).where(Reach.struck_by == "").order_by(Reach.day, Reach.id)
        ):
            counts[post_id].append(Count._make(said))
        found = session.execute(
            select(*columns, Post.url).join(Appeal).where(Post.struck_by == "").order_by(Post.id)
        ).all()
    return [
        Posted(*row[:5], tuple(row.hashtags), row.posted_at.date(), row.url, tuple(counts.get(row.id, ())))
        for row in found
    ]


def channel(key: tuple[str, str]) -> str:
    """Network and channel, as people say them."""
    return f"{network(key[0])}: {key[1]}" if key[1] else network(key[0])


def network(key: str) -> str:
    """The network, as people say it."""
    return desk().campaign.networks.get(key, key)


@pages.get("/social/reach")
@publishers
def page(account: Account) -> str:
    """All of it on one page."""
    measure = given.line(request.args, "by")
    measure = measure if measure in MEASURES else "views"
    posts = everything()
    weeks = reach.weeks(posts, measure)
    return render_template(
        "staff/reach.html",
        measure=measure,
        measures=MEASURES,
        total=reach.total(posts),
        weeks=weeks,
        plotted=lines(posts, weeks, lambda post: post.network, network, measure),
        sections=_sections(posts, measure),
        behind=reach.behind(posts, now().date()),
        most=BARS,
    )


def _sections(posts: Sequence[Posted], measure: str) -> list[Section]:
    def section(
        id: str, title: str, column: str, of: Callable[[Posted], Iterable[K]], name: Callable[[K], str]
    ) -> Section:
        rows = [(name(key), total) for key, total in reach.groups(posts, of, measure)]
        return Section(id, title, column, rows, clips=id == "clips")

    bare = (_("without any"),)
    return [
        section("networks", _("By network"), _("Network"), lambda post: (post.network,), network),
        section("channels", _("By channel"), _("Channel"), lambda post: ((post.network, post.channel),), channel),
        section("languages", _("By language"), _("Language"), lambda post: (post.language,), _language),
        section("hashtags", _("By hashtag"), _("Hashtag"), lambda post: post.hashtags or bare, str),
        section("clips", _("By clip"), _("Clip"), lambda post: (post.appeal_id,), str),
    ]


def _language(code: str) -> str:
    return str(words.language(current_app, code))


def lines(
    posts: Sequence[Posted],
    weeks: Sequence[Week],
    of: Callable[[Posted], K],
    name: Callable[[K], str],
    measure: str = "views",
) -> plot.Lines | None:
    """A line for each of the groups that reached farthest, over all weeks."""
    members: dict[K, list[Posted]] = defaultdict(list)
    for post in posts:
        members[of(post)].append(post)
    farthest = [key for key, _total in reach.groups(posts, lambda post: (of(post),), measure)[: plot.MOST]]
    series: dict[str, list[int | None]] = {}
    for key in farthest:
        known = {each.monday: each.value for each in reach.weeks(members[key], measure)}
        series[name(key)] = [known.get(week.monday) for week in weeks]
    return plot.lines([week.monday for week in weeks], series)


LOG = ("post", "clip", "network", "channel", "link", "posted", "day", *reach.FIELDS)


@pages.get("/social/posts.csv")
@publishers
def log(account: Account) -> Response:
    """The log as a table that can be filled in and brought back: a line for each post, with what was counted last."""
    return sheet(f"posts_{now():%Y-%m-%d}.csv", LOG, map(_row, everything()))


def _row(post: Posted) -> list[object]:
    told = [post.id, post.appeal_id, post.network, post.channel, post.url, post.day]
    return [*told, *(post.counts[-1] if post.counts else ())]


# the report


@dataclass(frozen=True)
class Report:
    """What the campaign tells of its reach."""

    total: Total
    channels: list[tuple[str, Total]]
    weeks: list[Week]
    lines: plot.Lines | None
    clips: int
    behind: int  # posts that nobody counted for a week


def report() -> Report:
    """As the log has it now."""
    posts = everything()
    weeks = reach.weeks(posts)

    def of(post: Posted) -> tuple[str, str]:
        return post.network, post.channel

    return Report(
        reach.total(posts),
        [(channel(key), total) for key, total in reach.groups(posts, lambda post: (of(post),))],
        weeks,
        lines(posts, weeks, of, channel),
        len({post.appeal_id for post in posts}),
        len(reach.behind(posts, now().date())),
    )


@pages.get("/social/reach/report")
@publishers
def printable(account: Account) -> str:
    """One page to print."""
    return render_template("staff/report.html", **_told())


def _told() -> dict[str, Any]:
    return {"report": report(), "today": now(), "measures": MEASURES}


@pages.get("/social/reach/report.md")
@publishers
def markdown(account: Account) -> Response:
    """The same as Markdown."""
    text = render_template("staff/report.md", **_told())
    answer = Response(text, content_type="text/markdown; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"reach_{now():%Y-%m-%d}.md")
    return answer


def marked(text: str) -> str:
    """Text that Markdown must not take for its own signs."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&])", r"\\\1", text)


@pages.get("/social/reach/report.csv")
@publishers
def table(account: Account) -> Response:
    """The same as a table: a line for each channel, the sum at the end."""
    told = report()
    header = [_("Channel"), _("Posts"), _("Counted"), *map(str, MEASURES.values())]
    rows = [*told.channels, (_("All"), told.total)]
    columns = ("posts", "counted", *MEASURES)
    return sheet(
        f"reach_{now():%Y-%m-%d}.csv",
        header,
        ([name, *(getattr(total, column) for column in columns)] for name, total in rows),
    )

"""How often a post was seen: typed in by hand, or brought as a table, which is shown before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pipeline import amounts, figures, links, reach
from pipeline.base import now
from pipeline.figures import BadTable, Row, Table
from pipeline.models import Account
from pipeline.posts import Post, Reach
from web import given, posts
from web.auth import publishers
from web.desk import desk

pages = Blueprint("counted", __name__)

BYTES = 400_000  # of a table: what is shown for confirming comes back in a field of a form, which holds 500 kB
SHOWN = 200  # rows of each kind in the preview

#: Why nothing can be read, by the code of BadTable.
TABLES = {
    "empty": _l("Please paste a table or choose a file: nothing came."),
    "workbook": _l("This is an Excel workbook. Please save it there as CSV, or copy its cells and paste them here."),
    "not_text": _l("This file is not a table in text form. Please save it as CSV."),
    "no_header": _l("No line names the columns. There must be one for the link or the post, and one for the views."),
    "too_many": _l("These are more than 5000 rows. Please bring them in parts."),
    "too_large": _l("This is more than 400 kB. Please bring it in parts."),
}

#: Why a row is not taken, by the code of figures.Problem; and what this module finds.
ROWS = {
    "whose": _l("It does not say to which post it belongs."),
    "number": _l("“%(value)s” is not a number."),
    "large": _l("“%(value)s” is too large to be true."),
    "day": _l("“%(value)s” is not a day."),
    "which_day": _l("“%(value)s” can be two days. Please write it as 2026-11-05."),
    "nothing": _l("It holds no numbers."),
    "twice": _l("Line %(value)s says something else about the same post and day."),
    "unknown": _l("No post in the log has this number or link."),
    "two_posts": _l("The number and the link belong to two different posts."),
    "future": _l("This day is still to come."),
    "before": _l("The post is from %(value)s, which is later."),
}


@dataclass
class Line:
    """A row of the table, weighed against the log."""

    row: Row
    day: date
    post: Post | None = None
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    change: str = ""  # new, corrected or same


@pages.post("/social/posts/<int:post_id>/reach")
@publishers
def add(account: Account, post_id: int) -> ResponseReturnValue:
    """The numbers of one post, by hand."""
    typed = {name: given.line(request.form, name) for name in ("day", *reach.FIELDS)}
    with desk().db.write() as session:
        post = session.get(Post, post_id, with_for_update=True) or abort(404)
        numbers, day, problem = _typed(post, typed)
        if problem:
            return posts.one(post_id, typed=typed, problem=problem), 422
        warnings = fallen(post, day, numbers)
        change = put(post, day, numbers, account.name)
    flash(_("Nothing was changed.") if change == "same" else _("The numbers are saved."))
    for warning in warnings:
        flash(warning)
    return redirect(url_for("posts.page", post_id=post_id))


def _typed(post: Post, typed: Mapping[str, str]) -> tuple[dict[str, int], date, str]:
    """The numbers of the form and their day, or what is wrong with them."""
    numbers: dict[str, int] = {}
    day = amounts.day(typed["day"])
    for name in reach.FIELDS:
        try:
            value = amounts.number(typed[name])
        except (ValueError, OverflowError):
            return {}, now().date(), _(str(ROWS["number"]), value=typed[name])
        numbers |= {name: value} if value is not None else {}
    if day is None:
        return {}, now().date(), _(str(ROWS["day"]), value=typed["day"])
    wrong = str(ROWS["nothing"]) if not numbers else _wrong_day(post, day)
    return numbers, day, wrong


def _wrong_day(post: Post, day: date) -> str:
    if day > now().date():
        return str(ROWS["future"])
    return _(str(ROWS["before"]), value=post.posted_at.date()) if day < post.posted_at.date() else ""


@pages.post("/social/reach/<int:reach_id>/strike")
@publishers
def strike(account: Account, reach_id: int) -> ResponseReturnValue:
    """These numbers are wrong: they count no more, and stay in the history."""
    with desk().db.write() as session:
        found = session.get(Reach, reach_id, with_for_update=True) or abort(404)
        found.struck_by = found.struck_by or account.name
    flash(_("These numbers are struck."))
    return redirect(url_for("posts.page", post_id=found.post_id))


@pages.post("/social/reach/<int:reach_id>/restore")
@publishers
def restore(account: Account, reach_id: int) -> ResponseReturnValue:
    """These numbers were right: they count again, in place of what stands for their day."""
    with desk().db.write() as session:
        found = session.get(Reach, reach_id) or abort(404)
        post = session.get_one(Post, found.post_id, with_for_update=True)
        for each in post.reaches:
            if each.day == found.day and each.id != found.id:
                each.struck_by = each.struck_by or account.name
        found.struck_by = ""
    flash(_("These numbers count again."))
    return redirect(url_for("posts.page", post_id=found.post_id))


def put(post: Post, day: date, numbers: Mapping[str, int], by: str) -> str:
    """Write numbers down; what was said of the same day is struck, and stays where nothing new is said."""
    change, there = compare(post, day, numbers)
    if change == "same":
        return change
    before = {name: getattr(there, name) for name in reach.FIELDS} if there else {}
    if there:
        there.struck_by = by
    post.reaches.append(Reach(day=day, by=by, **{**dict.fromkeys(reach.FIELDS), **before, **numbers}))
    return change


def compare(post: Post, day: date, numbers: Mapping[str, int]) -> tuple[str, Reach | None]:
    """Whether these numbers are new, correct what was said of that day, or are the same; and what stands there."""
    there = next((each for each in reversed(post.reaches) if each.day == day and not each.struck_by), None)
    if there is None:
        return "new", None
    same = all(getattr(there, name) == value for name, value in numbers.items())
    return "same" if same else "corrected", there


def fallen(post: Post, day: date, numbers: Mapping[str, int]) -> list[str]:
    """A sentence for each number that is lower than one of an earlier day: networks count upwards."""
    earlier = reach.last(posts.counts(each for each in post.reaches if not each.struck_by and each.day < day))
    lower = {name: value for name, value in numbers.items() if value < earlier.get(name, 0)}
    return [
        _(
            "Lower than before: %(what)s %(now)s, and %(before)s earlier.",
            what=FIELDS[name],
            now=format_decimal(value),
            before=format_decimal(earlier[name]),
        )
        for name, value in lower.items()
    ]


FIELDS = {"views": _l("views"), "likes": _l("likes"), "comments": _l("comments"), "shares": _l("shares")}


@pages.get("/social/reach/import")
@publishers
def form(account: Account) -> str:
    """Where a table is pasted or a file is chosen."""
    return _form()


def _form(**shown: Any) -> str:
    return render_template("staff/import.html", today=now().date(), columns=figures.COLUMNS, **shown)


@pages.post("/social/reach/import")
@publishers
def bring(account: Account) -> ResponseReturnValue:
    """Show what a table would change; write it down when that was confirmed."""
    day = amounts.day(given.line(request.form, "day")) or now().date()
    pasted = request.form.get("table", "")
    try:
        written = _written(pasted)
        table = figures.read(written)
    except BadTable as error:
        return _form(problem=str(TABLES[str(error)]), pasted=pasted[:BYTES], day=day), 422
    with desk().db.write() as session:
        lines = weigh(session, table, day)
        if request.form.get("do") == "take":
            return _taken(lines, account.name)
    return _form(written=written, lines=lines, table=table, day=day, shown=SHOWN)


def _written(pasted: str) -> str:
    file = request.files.get("file")
    data = file.read(BYTES + 1) if file else b""
    if len(data) > BYTES or len(pasted.encode()) > BYTES:
        raise BadTable("too_large")
    return figures.text(data) if data else pasted


def weigh(session: Session, table: Table, day: date) -> list[Line]:
    """Each row with its post, what is wrong with it, and what it would change. day: where the table says none."""
    links_of = session.execute(select(Post.id, Post.url).where(Post.struck_by == "")).all()
    by_link = {links.same(url): number for number, url in links_of}
    named = [(row.post or 0, by_link.get(links.same(row.link), 0) if row.link else 0) for row in table.rows]
    wanted = {number for both in named for number in both} & {number for number, _url in links_of}
    # locked, so that two who bring numbers at once come one after the other
    whole = select(Post).where(Post.id.in_(wanted)).options(selectinload(Post.reaches)).with_for_update()
    posts_of = {post.id: post for post in session.scalars(whole)}
    lines = []
    for row, (numbered, linked) in zip(table.rows, named, strict=True):
        line = Line(row, row.day or day, problems=[_(str(ROWS[each.code]), value=each.value) for each in row.problems])
        if not line.problems:
            _find(line, posts_of.get(numbered), posts_of.get(linked))
        lines.append(line)
    _once(lines)
    return lines


def _find(line: Line, numbered: Post | None, linked: Post | None) -> None:
    """The post of this row, and what the row would change."""
    line.post = linked or numbered
    if line.post is None:
        line.problems.append(str(ROWS["unknown"]))
    elif linked and numbered and linked is not numbered:
        line.problems.append(str(ROWS["two_posts"]))
    elif wrong := _wrong_day(line.post, line.day):
        line.problems.append(wrong)
    else:
        line.change, _there = compare(line.post, line.day, line.row.numbers)
        line.warnings = fallen(line.post, line.day, line.row.numbers)


def _once(lines: Sequence[Line]) -> None:
    """Rows that name one post in two ways must not say two things about a day."""
    said: dict[tuple[int, date], list[Line]] = defaultdict(list)
    for line in lines:
        if line.post and not line.problems:
            first = said[line.post.id, line.day]
            if first and first[0].row.numbers != line.row.numbers:
                line.problems.append(_(str(ROWS["twice"]), value=first[0].row.line))
            first.append(line)


def _taken(lines: Sequence[Line], by: str) -> ResponseReturnValue:
    good = [line for line in lines if line.post and not line.problems]
    changed = [put(line.post, line.day, line.row.numbers, by) for line in good if line.post]
    taken, left = sum(each != "same" for each in changed), len(lines) - len(good)
    flash(ngettext("One row is taken.", "%(num)s rows are taken.", taken) if taken else _("Nothing was changed."))
    if left:
        flash(ngettext("One row was left out.", "%(num)s rows were left out.", left))
    return redirect(url_for("reach.page"))

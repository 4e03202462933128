"""The log of what was posted where: write down, correct with history, strike, and find again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from pipeline import links, reach, workflow
from pipeline.base import now
from pipeline.models import Account, Appeal
from pipeline.posts import Post, TakeDown
from pipeline.presets import PRESETS
from web import given, logged
from web.auth import publishers
from web.desk import desk

pages = Blueprint("posts", __name__)

PAGE = 50
STANDING, TO_TAKE_DOWN, GONE, STRUCK = "standing", "down", "gone", "struck"


def init_app(app: Flask) -> None:
    """What other pages show of the log."""
    app.add_template_filter(place)
    app.add_template_filter(state, "post_state")
    app.add_template_filter(newest)
    app.context_processor(lambda: {"posts_of": _posts_of})


def place(post: Post) -> str:
    """Where it was posted, as people say it: the rendition that the network asks for, or else the network."""
    names = desk().campaign.networks
    return PRESETS[post.preset].label if post.preset in PRESETS else names.get(post.network, post.network)


def newest(post: Post) -> dict[str, int]:
    """Its numbers as they were counted last."""
    return reach.last(counts(each for each in post.reaches if not each.struck_by))


def counts(rows: Iterable[Any]) -> list[reach.Count]:
    """Rows of Reach as the tool wants them."""
    return [reach.Count(row.day, row.views, row.likes, row.comments, row.shares) for row in rows]


def state(post: Post, downs: Sequence[TakeDown]) -> str:
    """Whether it stands, as far as the log knows."""
    if post.struck_by:
        return STRUCK
    its = [each for each in downs if each.post_id == post.id]
    if any(not each.done_by for each in its):
        return TO_TAKE_DOWN
    return GONE if its else STANDING


def _posts_of(appeal_id: int) -> tuple[list[Post], list[TakeDown]]:
    """For the page of a clip: its posts, and their take-downs."""
    with desk().db.read() as session:
        return _with_downs(session, Post.appeal_id == appeal_id, Post.struck_by == "")


def _with_downs(session: Session, *where: ColumnElement[bool], offset: int = 0) -> tuple[list[Post], list[TakeDown]]:
    wanted = select(Post).where(*where).options(selectinload(Post.reaches))
    found = session.scalars(wanted.order_by(Post.posted_at.desc(), Post.id.desc()).offset(offset).limit(PAGE + 1))
    posts = list(found)
    downs = select(TakeDown).where(TakeDown.post_id.in_([post.id for post in posts]))
    return posts, list(session.scalars(downs))


@pages.get("/social/posts")
@publishers
def listed(account: Account) -> str:
    """Posts, the latest first: of a clip, on a network, of one person, in a state."""
    page = max(given.number(request.args, "page", 1), 1)
    asked = {name: given.line(request.args, name) for name in ("clip", "network", "by", "state")}
    with desk().db.read() as session:
        posts, downs = _with_downs(session, *_wanted(asked), offset=(page - 1) * PAGE)
        people = session.scalars(select(Post.by).distinct().order_by(Post.by)).all()
    more = len(posts) > PAGE
    shown = {"posts": posts[:PAGE], "downs": downs, "asked": asked, "people": people, "page": page, "more": more}
    return render_template("staff/posts.html", **shown)


def _wanted(asked: dict[str, str]) -> list[ColumnElement[bool]]:
    mine = TakeDown.post_id == Post.id
    to_take_down = select(TakeDown.id).where(mine, TakeDown.done_by == "").exists()
    gone = select(TakeDown.id).where(mine, TakeDown.done_by != "").exists()
    states = {
        "": [Post.struck_by == ""],
        STANDING: [Post.struck_by == "", ~to_take_down, ~gone],
        TO_TAKE_DOWN: [Post.struck_by == "", to_take_down],
        GONE: [Post.struck_by == "", gone, ~to_take_down],
        STRUCK: [Post.struck_by != ""],
    }
    these = list(states.get(asked["state"], states[""]))
    if asked["clip"]:
        these.append(Post.appeal_id == given.number(request.args, "clip", 0))
    if asked["network"]:
        these.append(Post.network == asked["network"])
    if asked["by"]:
        these.append(Post.by == asked["by"])
    return these


@pages.get("/social/posts/log")
@publishers
def log(account: Account) -> str:
    """The form for a new post, of the clip that the address names."""
    return _form(logged.blank(given.number(request.args, "appeal_id", 0)))


def _form(entry: logged.Entry, **shown: Any) -> str:
    with desk().db.read() as session:
        channels = session.scalars(select(Post.channel).where(Post.channel != "").distinct().limit(100)).all()
        appeal = session.get(Appeal, entry.appeal_id)
        barred = [key for key in desk().campaign.networks if appeal and logged.forbidden(appeal, key)]
    places = logged.places()
    return render_template("staff/log.html", entry=entry, places=places, channels=channels, barred=barred, **shown)


@pages.post("/social/posts/log")
@publishers
def add(account: Account) -> ResponseReturnValue:
    """Write down a post. One that may not stand wants a second yes, and is to be taken down from then on."""
    with desk().db.write() as session:
        entry = logged.read(session, request.form, given.number(request.form, "appeal_id", 0))
        if entry.problems:
            return _form(entry), 422
        appeal = session.get_one(Appeal, entry.appeal_id)
        workflow.lock(session, appeal)  # a recall at this moment must find the post, or the post the recall
        if (reason := logged.forbidden(appeal, entry.network)) and request.form.get("sure") != "yes":
            return _form(entry, reason=reason), 422
        post = Post(appeal_id=appeal.id, by=account.name, **entry.values())
        session.add(post)
        session.flush()
        opened = logged.watch(session, post, appeal)
    _say(post, opened)
    return redirect(url_for("posts.page", post_id=post.id))


def _say(post: Post, opened: bool) -> None:
    flash(_("It is in the log. It may not stand there: please take it down.") if opened else _("It is in the log."))
    if links.leads_elsewhere(post.url, post.network):
        flash(_("Please look at the link once more: it does not lead to %(network)s.", network=place(post)))


@pages.get("/social/posts/<int:post_id>")
@publishers
def page(account: Account, post_id: int) -> str:
    """One post: its numbers, its history, and the form to correct it."""
    return one(post_id)


def one(post_id: int, entry: logged.Entry | None = None, **shown: Any) -> str:
    """The page of a post, with what was typed there."""
    parts = (selectinload(Post.reaches), selectinload(Post.edits))
    with desk().db.read() as session:
        post = session.get(Post, post_id, options=parts) or abort(404)
        downs = session.scalars(select(TakeDown).where(TakeDown.post_id == post_id))
        return render_template(
            "staff/post.html",
            post=post,
            downs=downs.all(),
            entry=entry or logged.of(post),
            places=logged.places(),
            today=now().date(),
            fields_of=reach.FIELDS,
            **shown,
        )


@pages.post("/social/posts/<int:post_id>")
@publishers
def edit(account: Account, post_id: int) -> ResponseReturnValue:
    """Correct what was written down; what stood there is kept."""
    with desk().db.write() as session:
        post = session.get(Post, post_id, with_for_update=True) or abort(404)
        entry = logged.read(session, request.form, post.appeal_id, post_id)
        if entry.problems:
            return one(post_id, entry), 422
        changed = logged.correct(session, post, entry, account.name)
        appeal = session.get_one(Appeal, post.appeal_id)
        workflow.lock(session, appeal)
        logged.settle(session, post, appeal)
        opened = logged.watch(session, post, appeal)
    if changed:
        _say(post, opened)
    else:
        flash(_("Nothing was changed."))
    return redirect(url_for("posts.page", post_id=post_id))


@pages.post("/social/posts/<int:post_id>/strike")
@publishers
def strike(account: Account, post_id: int) -> ResponseReturnValue:
    """There is no such post, somebody says. Not while it has to be taken down: that wants a proof."""
    still = select(TakeDown.id).where(TakeDown.post_id == post_id, TakeDown.done_by == "")
    with desk().db.write() as session:
        post = session.get(Post, post_id, with_for_update=True) or abort(404)
        if session.scalars(still).first():
            return one(post_id, problem=_("It has to be taken down. Tick that off first, and say how you know.")), 422
        logged.strike(session, post, account.name)
    flash(_("It is struck: it counts no more."))
    return redirect(url_for("posts.page", post_id=post_id))


@pages.post("/social/posts/<int:post_id>/restore")
@publishers
def restore(account: Account, post_id: int) -> ResponseReturnValue:
    """There is such a post after all."""
    with desk().db.write() as session:
        post = session.get(Post, post_id, with_for_update=True) or abort(404)
        if problem := logged.link_problem(session, post.url, post.id):
            return one(post_id, problem=problem), 422
        logged.restore(session, post, account.name)
        appeal = session.get_one(Appeal, post.appeal_id)
        workflow.lock(session, appeal)
        opened = logged.watch(session, post, appeal)
    _say(post, opened)
    return redirect(url_for("posts.page", post_id=post_id))

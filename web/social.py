"""The social team: the gallery of released clips, to look through and to choose from, and the page of one clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, literal, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from pipeline.base import now
from pipeline.models import Account, Appeal, Status, Transition
from pipeline.posts import Post, stands
from pipeline.publishing import Release, ReleaseWord, Tag, words
from web import clip, errors, given
from web.auth import publishers
from web.desk import desk
from web.words import language as spoken

pages = Blueprint("social", __name__)

PAGE = 24
VISIT = timedelta(minutes=30)  # who comes back later than that visits again
ROUGHLY = timedelta(minutes=1)  # so exactly it is written down when somebody looked
MOST_WORDS = 6  # of a search
MANY = 2000  # clips with a word
MOST_TAGS, LONGEST_TAG = 20, 40


@dataclass(frozen=True)
class Wish:
    """What the address asks for; empty: everything."""

    search: str
    language: str
    country: str
    tag: str
    network: str
    unposted: str  # a network on which it does not stand yet
    new: str

    @classmethod
    def asked(cls) -> Wish:
        names = ("search", "language", "country", "tag", "network", "unposted", "new")
        return cls(**{name: given.line(request.args, name)[:100] for name in names})

    def address(self, page: int = 1) -> str:
        """Where these clips stand."""
        named = {name: value for name, value in vars(self).items() if value}
        return url_for("social.gallery", **named, page=page if page > 1 else None)


@pages.get("/social/")
@publishers
def gallery(account: Account) -> str:
    """Released clips, the newest first, as far as they are asked for."""
    page, wish, before = max(given.number(request.args, "page", 1), 1), Wish.asked(), _visit(account)
    with desk().db.read() as session:
        newest = select(Release).where(*_wanted(session, wish, before))
        newest = newest.order_by(Release.at.desc(), Release.appeal_id.desc())
        found = session.scalars(newest.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
        clips = found[:PAGE]
        numbers = [each.appeal_id for each in clips]
        return render_template(
            "staff/gallery.html",
            clips=clips,
            tags=_tags(session, numbers),
            posted=posted(session, numbers),
            before=before,
            today=now().date(),
            wish=wish,
            page=page,
            more=len(found) > PAGE,
            languages=[(code, spoken(current_app, code)) for code in _distinct(session, Release.language)],
            countries=[(each, each) for each in _distinct(session, Release.country) if each],
            all_tags=[(each, each) for each in _distinct(session, Tag.tag)],
        )


def _visit(account: Account) -> datetime | None:
    """When the visit before this one ended; None at the first one. Writes down that she is looking."""
    moment, seen, before = now(), account.gallery_seen, account.gallery_before
    if seen and moment - seen < ROUGHLY:
        return before
    if seen and moment - seen > VISIT:
        before = seen
    with desk().db.write() as session:
        looked = {"gallery_seen": moment, "gallery_before": before}
        session.execute(update(Account).where(Account.id == account.id).values(**looked))
    return before


def _wanted(session: Session, wish: Wish, before: datetime | None) -> list[ColumnElement[bool]]:
    typed = sorted(words(wish.search), key=len, reverse=True)[:MOST_WORDS]
    conditions = [_contains(session, word) for word in typed]
    if wish.language:
        conditions.append(Release.language == wish.language)
    if wish.country:
        conditions.append(Release.country == wish.country)
    if wish.tag:
        conditions.append(Release.appeal_id.in_(select(Tag.appeal_id).where(Tag.tag == wish.tag)))
    if wish.network:
        conditions.append(Release.networks.contains(f" {wish.network} ", autoescape=True))
    if wish.unposted:
        standing = _standing(Post.network == wish.unposted).with_only_columns(Post.appeal_id)
        conditions.append(Release.appeal_id.not_in(standing))
    if wish.new and before:
        conditions.append(Release.at > before)
    return conditions


def _contains(session: Session, word: str) -> ColumnElement[bool]:
    """A word of it begins so; or it is its number."""
    there = select(ReleaseWord.appeal_id).where(ReleaseWord.word >= word, ReleaseWord.word < word + "\U0010ffff")
    if len(session.execute(there.limit(MANY)).all()) == MANY:
        # each clip that is looked at is asked: the first page of them is full soon, the list would be long
        return there.where(ReleaseWord.appeal_id == Release.appeal_id).exists()
    if word.isdecimal() and int(word) <= given.LARGEST:
        return Release.appeal_id.in_(union(there, select(literal(int(word)))))
    return Release.appeal_id.in_(there)


def _standing(*where: ColumnElement[bool]) -> Any:
    """Posts that stand, as far as the log knows."""
    return select(Post).where(*where, stands())


def posted(session: Session, numbers: Iterable[int]) -> dict[int, list[str]]:
    """On which networks these clips stand."""
    here = _standing(Post.appeal_id.in_(list(numbers))).with_only_columns(Post.appeal_id, Post.network).distinct()
    return _grouped(session.execute(here.order_by(Post.network)).all())


def _tags(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    wanted = select(Tag.appeal_id, Tag.tag).where(Tag.appeal_id.in_(numbers)).order_by(Tag.tag)
    return _grouped(session.execute(wanted).all())


def _grouped(rows: Iterable[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, value in rows:
        found.setdefault(number, []).append(value)
    return found


def _distinct(session: Session, column: InstrumentedAttribute[str]) -> Sequence[str]:
    """The different values of an indexed column: from one to the next, without reading all the rows between."""
    first = select(func.min(column).label("value")).cte("different", recursive=True)
    onward = select(func.min(column)).where(column > first.c.value).scalar_subquery()
    each = first.union_all(select(onward).where(first.c.value.is_not(None)))
    return session.scalars(select(each.c.value).where(each.c.value.is_not(None))).all()


@pages.app_template_filter("network")
def network(key: str) -> str:
    """The name of a network as people know it; its key where the campaign does not name it any more."""
    names: dict[str, str] = current_app.extensions["desk"].campaign.networks
    return names.get(key, key)


@pages.get("/social/clips/<int:appeal_id>")
@publishers
def page(account: Account, appeal_id: int) -> ResponseReturnValue:
    """One clip: how it looks on each network, what to write there, and all that can be downloaded."""
    with desk().db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        if appeal is None or appeal.status != Status.RELEASED:
            return _not_here(session, appeal_id)
        shown = clip.shown(session, appeal, desk().campaign)
        tags = _tags(session, [appeal_id]).get(appeal_id, [])
        every = _distinct(session, Tag.tag)
        return render_template("staff/clip.html", appeal=appeal, tags=tags, all_tags=every, **shown)


def _not_here(session: Session, appeal_id: int) -> ResponseReturnValue:
    """Whoever knew it as released learns that it was taken back; others find nothing."""
    was = select(Transition.id).where(Transition.appeal_id == appeal_id, Transition.old == Status.RELEASED)
    if session.scalars(was.limit(1)).first() is None:
        abort(404)
    sentence = _("This clip may not be shown any more. If you posted it, please take it down.")
    return make_response(errors.page(404, sentence))


@pages.post("/social/clips/<int:appeal_id>/tags")
@publishers
def tag(account: Account, appeal_id: int) -> ResponseReturnValue:
    """These tags, in place of those that it had."""
    typed = given.line(request.form, "tags").casefold().split(",")
    wanted = list(dict.fromkeys(each.strip(" #")[:LONGEST_TAG].strip() for each in typed))
    with desk().db.write() as session:
        if session.get(Release, appeal_id, with_for_update=True) is None:
            abort(404)
        session.execute(delete(Tag).where(Tag.appeal_id == appeal_id))
        session.add_all(Tag(appeal_id=appeal_id, tag=each) for each in wanted[:MOST_TAGS] if each)
    flash(_("The tags are saved."))
    return redirect(url_for("social.page", appeal_id=appeal_id))

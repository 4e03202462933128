"""For programs: the released clips as JSON Feed 1.1 and as RSS 2.0, with their kits. A token opens it, and no session.

https://www.jsonfeed.org/version/1.1/ and https://www.rssboard.org/rss-specification. An item says what a post says.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import wraps
from typing import Any
from xml.etree import ElementTree as Xml

from flask import Blueprint, Response, current_app, g, json, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, selectinload

from pipeline import kit, texts
from pipeline.approval import approval_in_force
from pipeline.base import now, this_hour
from pipeline.models import Appeal
from pipeline.publishing import Download, FeedToken, Release
from web import given
from web.desk import desk
from web.kits import Taker, send_kits
from web.pace import Pace, TooSoon

pages = Blueprint("feed", __name__)

FEED, KIT = "feed", "kit"  # the scopes of a token
PAGE = 50
AT_ONCE, EVERY = 60, 1.0  # requests of one token, then one in so many seconds
NEWS_CHARS = 5000  # of a text: what the most patient networks take
NAMED = "pace of feeds"


@dataclass(frozen=True)
class Item:
    """A clip in the feed."""

    release: Release
    title: str
    text: str
    kit_bytes: int


def token_hash(token: str) -> str:
    """What is stored of a token: it is random and long, so a quick hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def scope(wanted: str) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Guard a view: it gets the token as its first argument. 401 without one that counts, 403 without the scope."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            token = _token()
            if token is None:
                asks = {"WWW-Authenticate": 'Basic realm="feed", charset="UTF-8"'}
                return Response("A token is needed, and one that still counts.\n", 401, asks, mimetype="text/plain")
            try:
                current_app.extensions.setdefault(NAMED, Pace(AT_ONCE, EVERY)).take(token.hash)
            except TooSoon as error:
                g.later = math.ceil(error.seconds)
                return Response("Too many requests: please wait.\n", 429, mimetype="text/plain")
            if wanted not in token.scopes:
                return Response("This token does not open that.\n", 403, mimetype="text/plain")
            return view(token, **arguments)

        return guarded

    return decorate


def _token() -> FeedToken | None:
    """The token of this request, as `Authorization: Bearer` or as the password of Basic, if it counts."""
    given_by = request.authorization
    typed = (given_by.token or given_by.password) if given_by else None
    if not typed:
        return None
    with desk().db.read() as session:
        hashed = FeedToken.hash == token_hash(typed)
        token = session.scalars(select(FeedToken).where(hashed, *_counting())).one_or_none()
    if token and token.used_at != this_hour():
        with desk().db.write() as session:
            session.execute(update(FeedToken).where(FeedToken.id == token.id).values(used_at=this_hour()))
    return token


def _counting() -> tuple[ColumnElement[bool], ...]:
    return FeedToken.revoked_at.is_(None), FeedToken.expires_at > now()


@pages.get("/feed.json")
@scope(FEED)
def as_json(token: FeedToken) -> Response:
    """JSON Feed 1.1."""
    items, page, more = _items()
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": desk().campaign.name,
        "home_page_url": url_for("social.gallery", _external=True),
        "feed_url": url_for("feed.as_json", _external=True),
        "language": kit.LANGUAGE,
        "items": [_json_item(item, KIT in token.scopes) for item in items],
        "_delivery": {"taken_back": _taken_back(token)},
    }
    if more:
        told["next_url"] = url_for("feed.as_json", page=page + 1, _external=True)
    return _answer(json.dumps(told, ensure_ascii=False, indent=1), "application/feed+json")


@pages.get("/feed.xml")
@scope(FEED)
def as_rss(token: FeedToken) -> Response:
    """RSS 2.0."""
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _add(channel, "title", desk().campaign.name)
    _add(channel, "link", url_for("social.gallery", _external=True))
    _add(channel, "description", desk().campaign.name)
    _add(channel, "language", kit.LANGUAGE)
    for item in _items()[0]:
        _rss_item(channel, item, KIT in token.scopes)
    return _answer(Xml.tostring(root, "unicode", xml_declaration=True), "application/rss+xml")


@pages.get("/feed/clips/<int:appeal_id>/kit.zip")
@scope(KIT)
def one(token: FeedToken, appeal_id: int) -> Response:
    """The kit of a clip."""
    may = select(FeedToken.id).where(FeedToken.id == token.id, *_counting())
    return send_kits([appeal_id], Taker(_named(token), None, may))


def _named(token: FeedToken) -> str:
    """As it stands in the list of downloads."""
    return f"feed: {token.name}"


def _items() -> tuple[list[Item], int, bool]:
    """The clips of the page that is asked for, which page that is, and whether there are more."""
    page = max(given.number(request.args, "page", 1), 1)
    its_day = or_(Release.not_before.is_(None), Release.not_before <= now().date())
    newest = select(Release).where(its_day).order_by(Release.at.desc(), Release.appeal_id.desc())
    with desk().db.read() as session:
        found = session.scalars(newest.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
        return _told(session, found[:PAGE]), page, len(found) > PAGE


def _told(session: Session, releases: Sequence[Release]) -> list[Item]:
    wanted = select(Appeal).where(Appeal.id.in_([each.appeal_id for each in releases]))
    parts = (selectinload(Appeal.files), selectinload(Appeal.consents), selectinload(Appeal.approvals))
    appeals = {each.id: each for each in session.scalars(wanted.options(*parts))}
    return [item for each in releases if (item := _item(each, appeals[each.appeal_id]))]


def _taken_back(token: FeedToken) -> list[str]:
    """The clips of which this program has files that may not be shown any more."""
    its = (Download.by == _named(token), Download.recalled, ~Download.known)
    with desk().db.read() as session:
        found = session.scalars(select(Download.appeal_id).where(*its).distinct().order_by(Download.appeal_id))
        return [str(number) for number in found]


def _item(release: Release, appeal: Appeal) -> Item | None:
    campaign, approval = desk().campaign, approval_in_force(appeal)
    packed = kit.pack(appeal, campaign)
    if approval is None or packed is None:
        return None
    clip = kit.told(appeal, approval, campaign)
    post = texts.post(campaign.texts, clip, "", 100, NEWS_CHARS)
    return Item(release, post.title, post.text, sum(each.size for each in packed.stored))


def _json_item(item: Item, with_kit: bool) -> dict[str, Any]:
    number = item.release.appeal_id
    told: dict[str, Any] = {
        "id": str(number),
        "url": url_for("social.page", appeal_id=number, _external=True),
        "title": item.title,
        "content_text": item.text,
        "date_published": item.release.at.isoformat(timespec="seconds"),
        "_delivery": {"networks": item.release.networks.split(), "duration_ms": item.release.duration_ms},
    }
    if with_kit:
        where = url_for("feed.one", appeal_id=number, _external=True)
        told["attachments"] = [{"url": where, "mime_type": "application/zip", "size_in_bytes": item.kit_bytes}]
    return told


def _rss_item(channel: Xml.Element, item: Item, with_kit: bool) -> None:
    number = item.release.appeal_id
    there = Xml.SubElement(channel, "item")
    _add(there, "title", item.title)
    _add(there, "link", url_for("social.page", appeal_id=number, _external=True))
    Xml.SubElement(there, "guid", isPermaLink="false").text = str(number)
    _add(there, "pubDate", format_datetime(item.release.at))
    _add(there, "description", item.text)
    if with_kit:
        where = url_for("feed.one", appeal_id=number, _external=True)
        Xml.SubElement(there, "enclosure", url=where, length=str(item.kit_bytes), type="application/zip")


def _add(parent: Xml.Element, name: str, text: str) -> None:
    # XML has no place for most control characters
    Xml.SubElement(parent, name).text = "\n".join(given.CONTROL.sub(" ", line) for line in text.split("\n"))


def _answer(body: str, mimetype: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.add_etag()
    response.make_conditional(request)
    return response

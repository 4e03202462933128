"""What somebody typed about a post: read from the form, looked through, and written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline import links
from pipeline.approval import too_early
from pipeline.base import now
from pipeline.models import Appeal, Status
from pipeline.posts import Post, PostEdit, TakeDown, stands
from pipeline.presets import PRESETS
from web import given
from web.desk import desk

LONGEST = 60  # characters of a channel
HASHTAGS = 30
AHEAD = timedelta(minutes=10)  # by which clocks may differ
A_YEAR = timedelta(days=366)  # longer ago is a slip of the finger

#: Why a post may not stand, besides the status to which a clip went when it was taken back.
NOT_RELEASED, TOO_EARLY, NOT_ALLOWED = AT_ENTRY = ("not_released", "too_early", "not_allowed")


@dataclass(frozen=True)
class Entry:
    """A post as the form has it; only one without problems can be written down."""

    appeal_id: int
    place: str  # network:preset
    channel: str
    url: str
    hashtags: tuple[str, ...]
    posted_at: str  # as the field of the form has it, in UTC
    problems: Mapping[str, str]  # a sentence for each field that is wrong

    @property
    def network(self) -> str:
        """Where it is."""
        return self.place.partition(":")[0]

    @property
    def moment(self) -> datetime:
        """When it was posted. ValueError where that is a problem."""
        return datetime.fromisoformat(self.posted_at).replace(tzinfo=UTC)

    def values(self) -> dict[str, object]:
        """The columns of a Post."""
        network, _colon, preset = self.place.partition(":")
        return {
            "network": network,
            "preset": preset,
            "channel": self.channel,
            "url": links.well_formed(self.url),
            "hashtags": list(self.hashtags),
            "posted_at": self.moment,
        }


def blank(appeal_id: int) -> Entry:
    """An empty form for this clip."""
    return Entry(appeal_id, "", "", "", desk().campaign.hashtags, local(now()), {})


def of(post: Post) -> Entry:
    """The form as the log has it."""
    place = f"{post.network}:{post.preset}"
    return Entry(post.appeal_id, place, post.channel, post.url, tuple(post.hashtags), local(post.posted_at), {})


def local(moment: datetime) -> str:
    """A moment as a field of a form has it."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def read(session: Session, fields: Mapping[str, str], appeal_id: int, post_id: int = 0) -> Entry:
    """The form as it came, with what is wrong in it. post_id: of the post that it corrects."""
    place, url, posted_at = (given.line(fields, name) for name in ("place", "url", "posted_at"))
    channel = given.line(fields, "channel")[:LONGEST]
    before = session.get(Post, post_id)
    problems = {
        "appeal_id": "" if session.get(Appeal, appeal_id) else _("There is no clip with this number."),
        "place": "" if place in places() else _("Please choose where it was posted."),
        "url": link_problem(session, url, post_id),
        "posted_at": "" if before and posted_at == local(before.posted_at) else _wrong_time(posted_at),
    }
    wrong = {name: sentence for name, sentence in problems.items() if sentence}
    return Entry(appeal_id, place, channel, url, hashtags(fields.get("hashtags", "")), posted_at, wrong)


def places() -> dict[str, str]:
    """Where a rendition can be posted, by `network:preset`; a network by itself where it is not said which."""
    found: dict[str, str] = {}
    for key, name in desk().campaign.networks.items():
        found |= {f"{key}:{each.name}": each.label for each in PRESETS.values() if each.network == key}
        found[f"{key}:"] = _("%(network)s, another form", network=name)
    return found


def hashtags(text: str) -> tuple[str, ...]:
    """The words with # before each, none twice."""
    found: dict[str, str] = {}
    for word in re.split(r"[\s,;#]+", given.plain(text)):
        if word:
            found.setdefault(word.casefold(), f"#{word}")
    return tuple(found.values())[:HASHTAGS]


def link_problem(session: Session, url: str, post_id: int) -> str:
    """What is wrong with the link of this post, also that another post has it."""
    link = links.well_formed(url)
    if not link:
        return str(_("Please paste the link to the post; it begins with https://."))
    others = select(Post.id, Post.url).where(stands(), Post.id != post_id)
    for number, there in session.execute(others):
        if links.same(there) == links.same(link):
            return str(_("This link is in the log already: post %(number)s.", number=number))
    return ""


def _wrong_time(posted_at: str) -> str:
    try:
        moment = datetime.fromisoformat(posted_at).replace(tzinfo=UTC)
    except ValueError:
        return str(_("Please say when it was posted."))
    if moment > now() + AHEAD:
        return str(_("This is still to come: times are in UTC."))
    return str(_("This is more than a year ago.")) if moment < now() - A_YEAR else ""


def forbidden(appeal: Appeal, network: str) -> str:
    """Why this clip may not stand on this network: "" where it may, else a reason of TakeDown."""
    if appeal.status != Status.RELEASED:
        left = [move.new for move in appeal.transitions if move.old == Status.RELEASED != move.new]
        return left[-1] if left else NOT_RELEASED
    if too_early(appeal):
        return TOO_EARLY
    allowed = appeal.consents[-1].answer("networks") if appeal.consents else None
    return "" if allowed is None or network in allowed else NOT_ALLOWED


def watch(session: Session, post: Post, appeal: Appeal) -> bool:
    """A post that may not stand gets its take-down, unless it had one; gives whether it got one now."""
    reason = forbidden(appeal, post.network)
    had = session.scalars(select(TakeDown.id).where(TakeDown.post_id == post.id)).first()
    if not reason or had:
        return False
    session.add(TakeDown(appeal_id=appeal.id, post_id=post.id, owner=post.by, reason=reason))
    return True


def settle(session: Session, post: Post, appeal: Appeal) -> None:
    """Where a correction shows that the post may stand after all, there is nothing to take down."""
    if not forbidden(appeal, post.network):
        wrong = (TakeDown.post_id == post.id, TakeDown.done_by == "", TakeDown.reason.in_(AT_ENTRY))
        session.execute(delete(TakeDown).where(*wrong))


def correct(session: Session, post: Post, entry: Entry, by: str) -> int:
    """Write what differs, and what stood there; gives how many fields that were."""
    changed = {name: value for name, value in entry.values().items() if getattr(post, name) != value}
    if post.posted_at.replace(second=0, microsecond=0) == entry.moment:
        changed.pop("posted_at", None)  # the form knows no seconds
    for name, value in changed.items():
        session.add(PostEdit(post_id=post.id, field=name, old=_said(getattr(post, name)), new=_said(value), by=by))
        setattr(post, name, value)
    return len(changed)


def strike(session: Session, post: Post, by: str) -> None:
    """It counts no more, and who said so stays."""
    if not post.struck_by:
        session.add(PostEdit(post_id=post.id, field="struck_by", old="", new=by, by=by))
        post.struck_by = by


def restore(session: Session, post: Post, by: str) -> None:
    """It counts again."""
    if post.struck_by:
        session.add(PostEdit(post_id=post.id, field="struck_by", old=post.struck_by, new="", by=by))
        post.struck_by = ""


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return " ".join(value) if isinstance(value, list) else str(value)

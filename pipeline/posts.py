"""Records of what was published where, how far it reached, and what must be taken down again.

Nothing here is about a supporter: it stays when an appeal is taken back, for the posts must still be found.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, and_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from pipeline.base import Base, now, this_hour


class Post(Base):
    """Somebody published a rendition of a clip. Wrong entries are corrected (PostEdit) or struck, never deleted."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    network: Mapped[str] = mapped_column(index=True)  # a key of campaign.networks
    preset: Mapped[str] = mapped_column(default="")  # a name of presets.toml; empty: not said
    channel: Mapped[str] = mapped_column(default="")  # the account or page there, as the team calls it
    url: Mapped[str]
    hashtags: Mapped[list[str]] = mapped_column(default=list)
    posted_at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str]  # the pseudonym of whoever posted it: the owner of its take-down
    at: Mapped[datetime] = mapped_column(default=now)
    struck_by: Mapped[str] = mapped_column(default="")  # entered by mistake: there is no such post

    reaches: Mapped[list[Reach]] = relationship(order_by="Reach.day, Reach.id", back_populates="post")
    edits: Mapped[list[PostEdit]] = relationship(order_by="PostEdit.id")


class PostEdit(Base):
    """A correction of the log: what stood there, and what stands there now."""

    __tablename__ = "post_edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    field: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class Reach(Base):
    """What a network said of a post on a day, counted from the beginning; None: it did not say. Corrections strike."""

    __tablename__ = "reaches"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    views: Mapped[int | None]
    likes: Mapped[int | None]
    comments: Mapped[int | None]
    shares: Mapped[int | None]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    struck_by: Mapped[str] = mapped_column(default="")

    post: Mapped[Post] = relationship(back_populates="reaches")


class TakeDown(Base):
    """A clip that was released and may not be shown any more: somebody has to take it down where it was posted."""

    __tablename__ = "take_downs"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)  # None: no post was logged
    owner: Mapped[str] = mapped_column(default="")  # who sees to it; empty: nobody yet
    reason: Mapped[str]  # where it went: withdrawn, in_review (she changed her choices), drafted (opened again)
    at: Mapped[datetime] = mapped_column(default=this_hour)
    done_by: Mapped[str] = mapped_column(default="")  # empty: still open
    done_at: Mapped[datetime | None]
    proof: Mapped[str] = mapped_column(default="")  # how whoever ticked it off knows that it is gone
    told: Mapped[bool] = mapped_column(default=False)  # by the webhook

    post: Mapped[Post | None] = relationship()


def stands() -> ColumnElement[bool]:
    """A post that is there, as far as the log knows: not struck, and not ticked off as taken down."""
    gone = select(TakeDown.post_id).where(TakeDown.post_id == Post.id, TakeDown.done_by != "").exists()
    return and_(Post.struck_by == "", ~gone)


def withdrawn(session: Session, appeal_id: int) -> None:
    """Its supporter took the clip back: what is to be taken down anyway is to be taken down for that, and told anew."""
    open_ones = (TakeDown.appeal_id == appeal_id, TakeDown.done_by == "", TakeDown.reason != "withdrawn")
    session.execute(update(TakeDown).where(*open_ones).values(reason="withdrawn", told=False))


def recall(session: Session, appeal_id: int, reason: str) -> None:
    """The clip may not be shown any more: a task for each post that stands and has none yet, or one for the clip."""
    open_ones = session.scalars(select(TakeDown).where(TakeDown.appeal_id == appeal_id, TakeDown.done_by == ""))
    waiting = {each.post_id for each in open_ones}
    standing = session.scalars(select(Post).where(Post.appeal_id == appeal_id, stands()).order_by(Post.id)).all()
    owners: dict[int | None, str] = {post.id: post.by for post in standing} or {None: ""}
    for post_id in owners.keys() - waiting:
        session.add(TakeDown(appeal_id=appeal_id, post_id=post_id, owner=owners[post_id], reason=reason))

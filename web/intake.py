"""Whether new videos are taken: the switch, the quotas of the campaign, and the room on the disk."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, distinct, func, select
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.base import now
from pipeline.errors import SUPPORTER_REASONS
from pipeline.models import Appeal, File, Status, Transition
from pipeline.supporter import Switch, SwitchedOn
from web.desk import desk

LATER_SECONDS = 3600  # for programs that ask when to come back, where nobody knows
REFUSED = 4  # times the quota of the day: so many files that are no usable video; they must not close it to the others
COUNT_SECONDS = 5.0  # how old the counts may be: they are not taken for every visitor


class Closed(NamedTuple):
    """Why no new video is taken, and until when, where that is known."""

    reason: str  # a key of SENTENCES
    until: datetime | None = None

    @property
    def seconds(self) -> int:
        """When a program may ask again."""
        return math.ceil((self.until - now()).total_seconds()) if self.until else LATER_SECONDS


SENTENCES = {
    "closed": _l("The campaign takes no new videos just now. Please keep yours and come back another day."),
    "quota": _l("So many videos came today that we cannot take another one. Please send yours tomorrow."),
    "full": _l("We have no room for another video just now. Please keep yours and come back another day."),
}


def closed() -> Closed | None:
    """Why no new video is taken now; None where it is."""
    if not desk().scratch.has_room(desk().campaign.limits.max_bytes):
        return Closed("full")
    with desk().db.read() as session:
        return Closed("closed") if switched(session) else _by_counts(session)


def _by_counts(session: Session) -> Closed | None:
    """Whether the house or the day is full."""
    counted: float
    found: Closed | None
    counted, found = current_app.extensions.get("intake", (-math.inf, None))
    if time.monotonic() - counted >= COUNT_SECONDS:
        intake = desk().campaign.intake
        found = None
        if kept(session) >= intake.kept:
            found = Closed("full")
        elif came_today(session) >= intake.per_day or refused_today(session) >= REFUSED * intake.per_day:
            found = Closed("quota", _midnight() + timedelta(days=1))
        current_app.extensions["intake"] = (time.monotonic(), found)
    return found


def _midnight() -> datetime:
    """The one that has been (UTC)."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def came_today(session: Session) -> int:
    """How many videos came since midnight (UTC), also those that were taken back or rejected by a person."""
    return _today(session) - refused_today(session)


def refused_today(session: Session) -> int:
    """How many files came since midnight (UTC) of which a worker said that they are no usable video."""
    refused = (Appeal.needs_person.is_(True), Appeal.reason.in_(SUPPORTER_REASONS))
    return _today(session, Appeal.status == Status.RECEIVED, *refused)


def _today(session: Session, *which: ColumnElement[bool]) -> int:
    move, first = Transition, Status.RECEIVED
    arrived = (move.old == first, move.new == first, move.by == workflow.SUPPORTER, move.reason == "")
    counted = select(func.count(distinct(move.appeal_id))).join(Appeal, Appeal.id == move.appeal_id)
    return session.scalar(counted.where(move.at >= _midnight(), *arrived, *which)) or 0


def kept(session: Session) -> int:
    """How many appeals hold files."""
    return session.scalar(select(func.count(distinct(File.appeal_id)))) or 0


def switched(session: Session) -> SwitchedOn | None:
    """Who closed the intake, and when; None where nobody did."""
    return session.get(SwitchedOn, Switch.INTAKE_CLOSED)


def close(session: Session, by: str) -> None:
    """Take no new videos from now on; what is on its way may still arrive."""
    if switched(session) is None:
        session.add(SwitchedOn(name=Switch.INTAKE_CLOSED, by=by))


def open_again(session: Session) -> None:
    """Take videos again."""
    session.execute(delete(SwitchedOn).where(SwitchedOn.name == Switch.INTAKE_CLOSED))

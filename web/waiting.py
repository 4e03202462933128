"""What waits for whom: the clips that somebody may take up now, in the order in which they should be taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from pipeline import workflow
from pipeline.models import (
    Account,
    Appeal,
    File,
    Kind,
    Layer,
    Revision,
    Role,
    Screening,
    Status,
    Track,
    Transition,
)
from pipeline.teamwork import HOLD_ENDS, PROMISED, Hold
from web.desk import desk
from web.words import UNNAMED

TO_CORRECT = (Status.RECEIVED, Status.PREPARED, Status.TRANSCRIBED, Status.DRAFTED)  # or will be, some day
FINISHED = (Status.IN_REVIEW, Status.APPROVED, Status.RELEASED)

TRIED = 20  # clips of a line; so many people hardly press in one moment
WATCHING = timedelta(minutes=9)  # pages on which one watches give no sign of life: a clip of 3 min is theirs so long

#: Whoever waits longest comes first, behind what is urgent.
IN_LINE = (Appeal.urgent.desc(), Appeal.since, Appeal.id)


def seen_by(account: Account) -> list[ColumnElement[bool]]:
    """What this person finds in the list. Translators: what passed screening, in a language that they know.

    Whoever has not said which yet sees all; an appeal whose language nobody could name is everybody's.
    """
    if account.role != Role.TRANSLATOR:
        return []
    passed = and_(Appeal.screening == Screening.PASSED, Appeal.status != Status.REJECTED)
    known = Appeal.language.in_([*account.languages, *UNNAMED])
    return [passed, known] if account.languages else [passed]


def to_screen() -> Select[int]:
    """Clips that nobody has screened under her present choices. Whoever was asked has to answer first."""
    has_clip = select(File.appeal_id).where(File.kind == Kind.CLEAN)
    these = (Appeal.status.in_(workflow.TO_SCREEN), workflow.unscreened(), Appeal.id.in_(has_clip))
    return select(Appeal.id).where(*these).order_by(*IN_LINE)


def to_review(account: Account) -> Select[int]:
    """Finished clips without words of this person in them."""
    these = [Appeal.status == Status.IN_REVIEW, Appeal.screening == Screening.PASSED]
    if desk().campaign.two_people:
        own = select(Track.appeal_id).join(Revision).where(Revision.author_id == account.id)
        these.append(Appeal.id.not_in(own))
    return select(Appeal.id).where(*these).order_by(*IN_LINE)


def to_correct(account: Account) -> Select[int]:
    """Drafts in a language that this person knows."""
    named = Appeal.language.not_in([*UNNAMED])
    return select(Appeal.id).where(Appeal.status == Status.DRAFTED, named, *seen_by(account)).order_by(*IN_LINE)


def returned(account: Account) -> Select[int]:
    """Drafts that came back, and that this person saved last."""
    back = exists().where(
        Transition.appeal_id == Appeal.id, Transition.old.in_(FINISHED), Transition.new == Status.DRAFTED
    )
    track, newest = aliased(Track), aliased(Revision)
    last = (
        select(newest.author_id)
        .join(track, newest.track_id == track.id)
        .where(track.appeal_id == Appeal.id, track.layer == Layer.RUSSIAN)
        .order_by(newest.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    these = (Appeal.status == Status.DRAFTED, Appeal.screening == Screening.PASSED, back, last == account.id)
    return select(Appeal.id).where(*these).order_by(*IN_LINE)


def lines(account: Account) -> list[tuple[str, Select[int]]]:
    """What this role may take, the best first; and the page on which it is done."""
    if account.role == Role.TRANSLATOR:
        return [("workbench.edit", returned(account)), ("workbench.edit", to_correct(account))]
    return [("review.page", to_review(account)), ("screening.page", to_screen())]


def _alive(session: Session) -> ColumnElement[bool]:
    return Hold.seen > workflow.clock(session) - HOLD_ENDS


def holders(session: Session) -> dict[int, str]:
    """Who has which appeal open now."""
    found = session.execute(select(Hold.appeal_id, Account.name).join(Account).where(_alive(session)))
    return {row.appeal_id: row.name for row in found}


def _taken(session: Session, account: Account) -> Select[int]:
    """What others have open now, or this person in a window."""
    promised = and_(Hold.account_id == account.id, Hold.tab == PROMISED)
    return select(Hold.appeal_id).where(_alive(session), ~promised)


def free(session: Session, account: Account) -> int:
    """How many this person could take now."""
    any_line = or_(*(Appeal.id.in_(wanted.order_by(None)) for _page, wanted in lines(account)))
    counted = select(func.count(Appeal.id)).where(any_line, Appeal.id.not_in(_taken(session, account)))
    return session.scalar(counted) or 0


def others(session: Session, wanted: Select[int], but: int) -> int:
    """How many wait in this line beside one of them."""
    rest = wanted.where(Appeal.id != but).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rest)) or 0


def take(session: Session, account: Account, only: str = "", passed_over: Sequence[int] = ()) -> tuple[str, int] | None:
    """The page and the number of the best free one, which is promised to this person; None when nothing is left.

    only: of the line of this page, for who goes from one to the next there. passed_over: what this person had before,
    which comes last; what is promised and not opened yet comes first.
    """
    promised = select(Hold.appeal_id).where(_alive(session), Hold.account_id == account.id, Hold.tab == PROMISED)
    turn = case((Appeal.id.in_(promised), 0), (Appeal.id.in_(passed_over), 2), else_=1)
    for page, wanted in (line for line in lines(account) if only in {"", line[0]}):
        free_ones = wanted.where(Appeal.id.not_in(_taken(session, account)))
        near = free_ones.order_by(None).order_by(turn, *IN_LINE).limit(TRIED)
        for appeal_id in session.scalars(near).all():
            if _promise(session, account, appeal_id, wanted, watching=page != "workbench.edit"):
                return page, appeal_id
    return None


def _promise(session: Session, account: Account, appeal_id: int, wanted: Select[int], *, watching: bool) -> bool:
    """Whether it is theirs. Of two who ask at once the second one passes over it: nobody waits here."""
    alone = wanted.where(Appeal.id == appeal_id).with_for_update(of=Appeal, skip_locked=True)
    if session.scalar(alone) is None:
        return False
    moment = workflow.clock(session)
    until = moment + WATCHING if watching else moment
    held = session.get(Hold, appeal_id, populate_existing=True)
    if held is None:
        session.add(Hold(appeal_id=appeal_id, account_id=account.id, tab=PROMISED, since=moment, seen=until))
        return True
    theirs = held.account_id == account.id and held.tab == PROMISED
    if held.seen + HOLD_ENDS > moment and not theirs:
        return False
    held.account_id, held.tab, held.since, held.seen = account.id, PROMISED, moment, until
    return True


def unspoken(session: Session) -> list[tuple[str, int]]:
    """Languages of waiting appeals that no active translator knows, and how many wait in each."""
    translators = (Account.active, Account.role == Role.TRANSLATOR)
    known = {code for codes in session.scalars(select(Account.languages).where(*translators)) for code in codes}
    counted: Any = select(Appeal.language, func.count()).where(Appeal.status.in_(TO_CORRECT)).group_by(Appeal.language)
    found = [(code, total) for code, total in session.execute(counted) if code not in known]
    return sorted(found, key=lambda each: (-each[1], each[0]))

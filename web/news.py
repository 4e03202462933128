"""What a supporter reads about her appeal: how it stands, why, what comes next, and what is kept of it."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pipeline.approval import too_early
from pipeline.errors import SUPPORTER_REASONS
from pipeline.models import Appeal, Kind, Screening, State, Status
from pipeline.workflow import TO_SCREEN
from web.desk import desk
from web.measures import day, duration


class News(NamedTuple):
    """What is now, why, and what comes next."""

    now: str
    next: str = ""
    why: str = ""  # in the words of whoever rejected it
    reason: str = ""  # one of REJECTED, in her language


class Step(NamedTuple):
    """One thing on the way of a video."""

    text: str
    state: str  # done, now, next


NEWS = {
    Status.RECEIVED: News(_l("We have your whole video. It is being checked."), _l("You need not do anything.")),
    Status.PREPARED: News(
        _l("What you say in your video is being written down."), _l("After that it is put into Russian.")
    ),
    Status.TRANSCRIBED: News(
        _l("Your words are being put into Russian."), _l("After that a volunteer corrects the subtitles.")
    ),
    Status.DRAFTED: News(
        _l("A volunteer is correcting the Russian subtitles."),
        _l("After that the finished clip is made, and a person watches it."),
    ),
    Status.SUBMITTED: News(
        _l("The finished clip is being made."), _l("After that a person watches it and decides about it.")
    ),
    Status.IN_REVIEW: News(
        _l("A person is watching the finished clip and decides about it."), _l("You need not do anything.")
    ),
    Status.APPROVED: News(
        _l("Your appeal is approved. It is being made ready for the networks."),
        _l("After that the campaign can publish it."),
    ),
    Status.RELEASED: News(
        _l("Your appeal is released. The campaign can publish it now."), _l("Thank you for your courage.")
    ),
    Status.REJECTED: News(
        _l("The campaign will not publish this video."),
        _l("You can send another one. If you have questions, write to us below."),
    ),
}

#: Why a video is not published, prepared in every language; whoever rejects one may add words.
REJECTED = {
    "people": _l("Other people can be seen or heard in it, and we do not know whether they agree."),
    "minors": _l("A child can be seen or heard in it. To protect children, we do not publish such videos."),
    "place": _l("It shows where it was recorded. That could put you or others in danger."),
    "consent": _l("What is in it does not fit what you allowed."),
    "harm": _l("It stirs up hatred or could harm somebody."),
}

STUCK = News(
    _l("We have your whole video. Something on our side needs a person to look at it."),
    _l("You need not do anything. It goes on as soon as that is done."),
)

#: Before volunteers may see it: nobody looked yet under her present choices, or she was asked something.
UNSCREENED = {
    Screening.OPEN: News(
        _l("A person of the team looks at your video before it goes on."), _l("You need not do anything.")
    ),
    Screening.ASKED: News(
        _l("The team has a question about your video. Please read the messages below."),
        _l("Your video goes on as soon as we have read your answer."),
    ),
}

#: The way of a video as its supporter sees it, and the statuses at which each of these is being done.
WAY: tuple[tuple[str, frozenset[Status]], ...] = (
    (_l("Your video has arrived whole"), frozenset()),
    (_l("It is checked, and what your phone wrote into the file is removed"), frozenset({Status.RECEIVED})),
    (
        _l("What you say is written down and put into Russian"),
        frozenset({Status.PREPARED, Status.TRANSCRIBED}),
    ),
    (_l("A volunteer corrects the subtitles"), frozenset({Status.DRAFTED})),
    (_l("The clip is made, and a person watches it and decides"), frozenset({Status.SUBMITTED, Status.IN_REVIEW})),
    (_l("The campaign can publish it"), frozenset({Status.APPROVED})),
)

#: When the original goes, as she is told before she sends it; by Retention.original.
ORIGINAL = {
    "prepared": _l("Your file itself is destroyed as soon as a clean copy is made and checked. We keep only the copy."),
    "released": _l("Your file itself is destroyed when the finished clip is released. Until then we keep it."),
    "withdrawn": _l("Your file itself is kept until you take your video back."),
}


def because(code: str, words: str) -> str:
    """A reason of REJECTED, words, or both, as the ledger keeps them."""
    return ": ".join(part for part in (code if code in REJECTED else "", words) if part)


def reasons(kept: str) -> tuple[str, str]:
    """The sentence of REJECTED and the words in what `because` made; "" for what there is not."""
    code, _colon, words = kept.partition(": ")
    return (str(REJECTED[code]), words) if code in REJECTED else ("", kept)


def news(appeal: Appeal, why: str = "") -> News:
    """What its supporter reads about this appeal. why: the reason in the ledger for which it was rejected."""
    if refused(appeal):
        return News(_reason(appeal.reason or ""), _("You can send another video with a new form."))
    if appeal.state == State.NEEDS_PERSON:
        return STUCK
    if appeal.status == Status.RELEASED and (shown_from := too_early(appeal)):
        waits = _("It is not published before %(day)s: so you decided.", day=day(shown_from))
        return News(_("Your appeal is approved and ready."), waits)
    told = _unscreened(appeal) or NEWS[appeal.status]
    if appeal.status == Status.REJECTED and appeal.purged:
        told = told._replace(next=_("You can send another video with a new form."))
    reason, words = reasons(why)
    return told._replace(why=words, reason=reason)


def _unscreened(appeal: Appeal) -> News | None:
    by_people = {Status.DRAFTED, Status.SUBMITTED, Status.IN_REVIEW}
    here = appeal.status in by_people or (appeal.status in TO_SCREEN and appeal.screening == Screening.ASKED)
    return UNSCREENED.get(appeal.screening) if here else None


def _reason(code: str) -> str:
    sentence: str = _(SUPPORTER_REASONS[code])
    if code not in {"too_long", "too_short"}:
        return sentence
    limits = desk().campaign.limits
    length = _("We take %(min)s to %(max)s.", min=duration(limits.min_ms), max=duration(limits.max_ms))
    return f"{sentence} {length}"


def refused(appeal: Appeal) -> bool:
    """Whether the file is at fault and she can mend it. What was accepted once and fails later is ours to mend."""
    stopped = appeal.status == Status.RECEIVED and appeal.state == State.NEEDS_PERSON
    return stopped and appeal.reason in SUPPORTER_REASONS


def way(appeal: Appeal) -> list[Step]:
    """What is done, what is being done and what comes; empty where it goes no further."""
    if refused(appeal) or appeal.status in {Status.REJECTED, Status.WITHDRAWN}:
        return []
    here = next((number for number, (_text, statuses) in enumerate(WAY) if appeal.status in statuses), len(WAY))
    states = ("done",) * here + ("now",) + ("next",) * len(WAY)
    return [Step(text, state) for (text, _statuses), state in zip(WAY, states, strict=False)]


def original_gone(appeal: Appeal) -> bool:
    """Whether the file that she sent is destroyed while the appeal lives on."""
    return appeal.status != Status.RECEIVED and not appeal.purged and appeal.file(Kind.ORIGINAL) is None

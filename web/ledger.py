"""What the app itself writes into the ledger, and how the ledger reads to people."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pipeline import approval, workflow
from pipeline.models import Role
from pipeline.teamwork import AccountAct
from web import accounts, news
from web.words import ROLES

SCREENED = "screened: volunteers may see it"
ASKED = "screened: the supporter is asked"
TO_SCREEN_AGAIN = "the screening is taken back"
URGENT, NOT_URGENT = "marked as urgent", "not urgent any more"
WITH_NOTES = "see the notes at the clip"
TAKEN_TO_EDIT = "taken back by a reviewer who edits it"
REVEALED = "looked at where to write to her"
DOWN_AGAIN = "to be taken down again; that it was gone had said"
SAME_HANDS = "approved by an account whose password its author gave"

#: As the pages say it. What people wrote stands in the ledger in their own words.
WORDS = {
    SCREENED: _l("Screened: volunteers may see it"),
    ASKED: _l("Screened: the supporter is asked"),
    TO_SCREEN_AGAIN: _l("The screening is taken back: volunteers do not see it"),
    URGENT: _l("Marked as urgent"),
    NOT_URGENT: _l("Not urgent any more"),
    WITH_NOTES: _l("See the notes at the clip."),
    TAKEN_TO_EDIT: _l("Taken back by a reviewer who edits it."),
    REVEALED: _l("Looked at where to write to her"),
    workflow.CHANGED: _l("The supporter changed her choices."),
    "try again": _l("Tried again"),
}


def words(reason: str) -> str:
    """A row of the ledger: what the app wrote, and the prepared reasons, are said in the language of the page."""
    if reason in WORDS:
        return str(WORDS[reason])
    alone, _colon, why = reason.partition(": ")
    if alone == approval.ALONE:
        return str(_("Approved without a second person: %(why)s", why=why))
    if alone == DOWN_AGAIN:
        return str(_("To be taken down again. That it was gone had said: %(why)s", why=why))
    if alone == SAME_HANDS:
        sentence = _("%(name)s wrote words in it, and also gave the account that approved it its password.", name=why)
        return str(sentence)
    return " ".join(part for part in news.reasons(reason) if part)


def theirs(words: str) -> str:
    """What a person wrote, so that the ledger never takes it for a line of the app."""
    ours = words in WORDS or words.partition(": ")[0] in {approval.ALONE, SAME_HANDS, DOWN_AGAIN}
    return f"“{words}”" if ours else words


ACTS = {
    accounts.MADE: _l("made"),
    accounts.PASSWORD: _l("got a new password"),
    accounts.ROLE: _l("got another role"),
    accounts.DISABLED: _l("disabled"),
    accounts.ENABLED: _l("enabled again"),
}


def act_words(act: AccountAct) -> str:
    """What was done to an account, with the role where it is about one."""
    role = ROLES[Role(act.detail)] if act.detail else ""
    return f"{ACTS[act.what]}: {role}" if role else str(ACTS[act.what])

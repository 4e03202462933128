"""What the app itself writes into the ledger, and how the ledger reads to people."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pipeline import approval, workflow
from web import news

SCREENED = "screened: volunteers may see it"
ASKED = "screened: the supporter is asked"
URGENT, NOT_URGENT = "marked as urgent", "not urgent any more"
WITH_NOTES = "see the notes at the clip"
TAKEN_TO_EDIT = "taken back by a reviewer who edits it"
REVEALED = "looked at where to write to her"

#: As the pages say it. What people wrote stands in the ledger in their own words.
WORDS = {
    SCREENED: _l("Screened: volunteers may see it"),
    ASKED: _l("Screened: the supporter is asked"),
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
    return " ".join(part for part in news.reasons(reason) if part)

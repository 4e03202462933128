"""What a supporter decides, between the page and the records: the words that she sees, and what her answers change."""

from __future__ import annotations

import hashlib
import json

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.campaign import Words
from pipeline.consent import Choices, Naming, to_rows
from pipeline.models import Appeal, Consent
from web.desk import desk
from web.languages import language


def wordings() -> dict[str, str]:
    """What stands beside each choice, in the language of the page. The form shows these, and they are kept with it."""
    return {
        "publish": words().consent,
        "networks": _("Where may the campaign publish it?"),
        "name": _("Which name is shown?"),
        "country": _("Show the country that I wrote"),
        "not_before": _("Do not publish it before this day"),
        "contact": _("May we write to you? If so, where?"),
    }


def words() -> Words:
    """What the campaign says, in the language of the page."""
    return desk().campaign.words_in(language())


def shown() -> str:
    """A mark of the words that this page shows. Forms bring it back: nobody agrees to words that changed meanwhile."""
    words = json.dumps([language(), desk().campaign.consent_version, wordings()])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def consent(choices: Choices) -> Consent:
    """A record of these choices, as they were made on this page."""
    version = desk().campaign.consent_version
    return Consent(version=version, language=language(), answers=to_rows(choices, wordings()))


def write_down(appeal: Appeal, choices: Choices) -> None:
    """Name, country and contact as she allows them: they are kept with the appeal, and go with it."""
    appeal.shown_name, appeal.shown_country = choices.name, choices.country
    appeal.contact = desk().seal.close(choices.contact) if choices.contact else None


def change(session: Session, appeal: Appeal, choices: Choices) -> bool:
    """Whether these choices are other ones than before; then they count from now on. Stale, NotAllowed."""
    if choices == chosen(appeal):
        return False
    workflow.change_consent(session, appeal, consent(choices))
    write_down(appeal, choices)
    return True


def chosen(appeal: Appeal) -> Choices:
    """What she decided last."""
    said = appeal.consents[-1].answer
    return Choices(
        publish=bool(said("publish")),
        networks=tuple(sorted(said("networks") or ())),
        naming=Naming(said("name") or Naming.NONE),
        name=appeal.shown_name,
        country=appeal.shown_country,
        not_before=appeal.consents[-1].not_before,
        contact=desk().seal.open(appeal.contact) if appeal.contact else "",
    )

"""What everybody of the team decides about their own account, and what they did so far."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import login_user

from pipeline.models import Account, Role
from web import accounts, auth, given, numbers
from web.desk import desk
from web.languages import TEAM_LANGUAGES

pages = Blueprint("me", __name__)
anybody = auth.role(*Role)


@pages.get("/staff/me")
@anybody
def shown(account: Account) -> str:
    """My languages, my pseudonym, my password, my numbers."""
    return _page(account)


def _page(account: Account, problem: str = "") -> str:
    with desk().db.read() as session:
        return render_template(
            "staff/me.html",
            account=account,
            numbers=numbers.of(session, account),
            offered=TEAM_LANGUAGES,
            problem=problem,
            shortest=accounts.MIN_PASSWORD,
        )


@pages.post("/staff/me")
@anybody
def change(account: Account) -> ResponseReturnValue:
    """In which language I read the pages, and whether I may be named."""
    wanted = request.form.get("page_language", "")
    with desk().db.write() as session:
        own = session.get_one(Account, account.id)
        own.page_language = account.page_language = wanted if wanted in TEAM_LANGUAGES else ""
        own.credited = request.form.get("credited") == "yes"
    refresh()  # the answer comes in the new language already
    flash(_("Saved."))
    return redirect(url_for("me.shown"))


@pages.post("/staff/me/languages")
@anybody
def languages(account: Account) -> ResponseReturnValue:
    """Which languages I understand: from then on I am shown clips in these."""
    known = {code for code in request.form.getlist("languages") if code in desk().campaign.languages}
    if not known:
        flash(_("Please tick at least one language: nothing was changed."))
    else:
        accounts.set_languages(desk().db, account.name, known)
        flash(_("Saved. You are shown clips in these languages."))
    return redirect(url_for("queue.appeals" if given.line(request.form, "first") else "me.shown"))


@pages.post("/staff/me/password")
@anybody
def password(account: Account) -> ResponseReturnValue:
    """Another password, for whoever knows the present one. All other sessions end."""
    new = request.form.get("new", "")
    if auth.authenticate(desk().db, account.name, request.form.get("old", "")) is None:  # tries are counted here too
        return _page(account, _("The present password is another one.")), 422
    try:
        accounts.set_password(desk().db, account.name, new, account.name)
    except accounts.AccountError as error:
        return _page(account, _(error.sentence, **error.values)), 422
    with desk().db.read() as session:
        login_user(auth.Person(session.get_one(Account, account.id)))
    flash(_("Your password is changed. Everywhere else you are signed out."))
    return redirect(url_for("me.shown"))

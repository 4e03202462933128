"""The admin gives programs their keys to the feed, and takes them back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select, update

from pipeline.base import now
from pipeline.models import Account, Role
from pipeline.publishing import FeedToken
from web import given
from web.auth import role
from web.desk import desk
from web.feed import FEED, KIT, token_hash

pages = Blueprint("tokens", __name__)
admins = role(Role.ADMIN)

LONGEST = 40  # characters of a name
DAYS = (30, 90, 365)  # how long a token may count


@pages.get("/admin/feeds")
@admins
def listed(account: Account) -> str:
    """All tokens that were ever given, and the form for another one."""
    return _page()


def _page(**shown: str) -> str:
    with desk().db.read() as session:
        tokens = session.scalars(select(FeedToken).order_by(FeedToken.id.desc())).all()
        return render_template("staff/tokens.html", tokens=tokens, days=DAYS, moment=now(), **shown)


@pages.post("/admin/feeds/add")
@admins
def add(account: Account) -> ResponseReturnValue:
    """A new token. It is shown this once: only its hash is kept."""
    name = given.line(request.form, "name")[:LONGEST]
    days = given.number(request.form, "days", DAYS[0])
    token = secrets.token_urlsafe(32)
    with desk().db.write() as session:
        if not name:
            return _page(problem=_("Please name the program that will use it.")), 422
        if session.scalar(select(FeedToken.id).where(FeedToken.name == name)):
            return _page(problem=_("There is a token of this name already."), typed=name), 422
        session.add(
            FeedToken(
                name=name,
                hash=token_hash(token),
                scopes=[FEED, KIT] if request.form.get("kits") else [FEED],
                by=account.name,
                expires_at=now() + timedelta(days=days if days in DAYS else DAYS[0]),
            )
        )
    return _page(told=name, key=token)


@pages.post("/admin/feeds/<int:token_id>/revoke")
@admins
def revoke(account: Account, token_id: int) -> ResponseReturnValue:
    """It opens nothing any more, from now on."""
    with desk().db.write() as session:
        standing = (FeedToken.id == token_id, FeedToken.revoked_at.is_(None))
        session.execute(update(FeedToken).where(*standing).values(revoked_at=now()))
    flash(_("The token is revoked."))
    return redirect(url_for("tokens.listed"))

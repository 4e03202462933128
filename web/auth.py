"""Signing in and out, and the decorator that guards every view of the team.

A session holds the account's number and its epoch: a raised epoch (signing out, a new password, a disabled
account) ends every session at its next request.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from pipeline.base import now
from pipeline.db import Database
from pipeline.models import Account, Role
from web import accounts, given, languages
from web.desk import desk

pages = Blueprint("auth", __name__)

WRONG_PASSWORDS = 5  # tries, then the name is locked
LOCK = timedelta(minutes=1)
ANSWER_SECONDS = 0.4  # every refusal takes as long, whether the name exists or not

#: Where a sign-in may lead: to pages of the team on this host, nowhere else.
OURS = re.compile(r"/(staff|social|admin)/[\w/?=&.-]*")


@dataclass(frozen=True)
class Person:
    """An account as Flask-Login wants it."""

    account: Account
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session carries."""
        return f"{self.account.id}.{self.account.epoch}"


def init_app(app: Flask, exempt: Iterable[Blueprint]) -> None:
    """Sessions and forgery protection for the whole application; exempt: pages that know no session."""
    login = LoginManager(app)
    login.session_protection = None  # it would tie the session to a hash of the client's address
    login.user_loader(_load)
    forgery = CSRFProtect(app)
    for open_to_all in exempt:
        forgery.exempt(open_to_all)


def _load(identity: str) -> Person | None:
    number, _dot, epoch = identity.partition(".")
    with desk().db.read() as records:
        account = records.get(Account, int(number))
    return Person(account) if account and account.active and str(account.epoch) == epoch else None


def role(*roles: Role) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Guard a view: it gets its account as first argument. Strangers may sign in; a wrong role finds nothing here."""

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                seen = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("auth.sign_in", next=seen))
            if current_user.account.role not in roles:
                abort(404)
            return view(current_user.account, **arguments)

        return guarded

    return decorate


team = role(Role.TRANSLATOR, Role.REVIEWER, Role.ADMIN)  # who works on appeals
publishers = role(Role.SOCIAL, Role.REVIEWER, Role.ADMIN)  # who sees what is released


@pages.get("/staff/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form."""
    return _form()


def _form(name: str = "", problem: str = "") -> str:
    seen = request.args.get("next", "")
    kept = "&" + urlencode({"next": seen}) if OURS.fullmatch(seen) else ""  # for the switch of languages
    return render_template("sign_in.html", name=name, problem=problem, kept=kept)


@pages.post("/staff/sign-in")
def enter() -> ResponseReturnValue:
    """Check name and password. One answer for every refusal."""
    started = time.monotonic()
    name = given.line(request.form, "name")
    account = authenticate(desk().db, name, request.form.get("password", ""))
    if account is None:
        time.sleep(max(0.0, started + ANSWER_SECONDS - time.monotonic()))
        problem = _("Name and password do not fit. After five wrong tries a name is locked for a minute.")
        return _form(name, problem), 403
    if chosen := languages.asked_for(languages.TEAM_LANGUAGES):
        accounts.set_page_language(desk().db, account.name, chosen)
    session.clear()
    session.permanent = True
    login_user(Person(account))
    return redirect(_next_page(account))


def _next_page(account: Account) -> str:
    wanted = request.args.get("next", "")
    if OURS.fullmatch(wanted):
        return wanted
    return url_for("social.gallery" if account.role == Role.SOCIAL else "queue.appeals")


@pages.post("/staff/sign-out")
def sign_out() -> ResponseReturnValue:
    """End every session of the account: a cookie that somebody copied would live on otherwise."""
    if current_user.is_authenticated:
        with desk().db.write() as records:
            records.get_one(Account, current_user.account.id).epoch += 1
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


def authenticate(db: Database, name: str, password: str) -> Account | None:
    """The account, or None. A try is counted before the password is checked: many at once gain nothing."""
    with db.write() as records:
        account = _count_try(records, name)
    fits = accounts.password_fits(account.password_hash if account else accounts.nobodys_hash(), password)
    if account is None or not fits:
        return None
    with db.write() as records:
        fresh = records.get_one(Account, account.id)
        fresh.wrong_passwords, fresh.locked_until = 0, None
    return account


def _count_try(records: Session, name: str) -> Account | None:
    account = accounts.find(records, name)
    if account is None or not account.active or (account.locked_until and account.locked_until > now()):
        return None
    account.wrong_passwords += 1
    if account.wrong_passwords >= WRONG_PASSWORDS:
        account.wrong_passwords, account.locked_until = 0, now() + LOCK
    return account


def ensure_admin(db: Database, password: str) -> str | None:
    """Make the account `admin` when no active admin exists. The password it got, for printing once; else None."""
    with db.read() as records:
        if accounts.active_admins(records):
            return None
    password = password or accounts.new_password()
    accounts.add(db, "admin", Role.ADMIN, password)
    return password

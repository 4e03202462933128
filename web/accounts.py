"""Accounts of the team: made, changed and disabled here, by the command line and the admin page alike.

Each of these acts is kept with who did it: whoever can make accounts could else approve own words by a second one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipeline.db import Database
from pipeline.errors import N_
from pipeline.models import Account, Role
from pipeline.teamwork import AccountAct
from pipeline.workflow import SUPPORTER, WORKER

NAME = re.compile(r"\w[\w.-]{1,39}")
MIN_PASSWORD = 10  # characters
COMMAND_LINE = "command line"  # who acts there; with a space, so that nobody is called so
MADE, PASSWORD, ROLE, DISABLED, ENABLED = "made", "password", "role", "disabled", "enabled"
TAKEN = N_("There is an account named %(name)s already.")

_hasher = PasswordHasher()


class AccountError(ValueError):
    """Why this cannot be done: a sentence for people, and the values of its places."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence % values)
        self.sentence, self.values = sentence, values


def hash_password(password: str) -> str:
    """For the database. AccountError when the password is too short."""
    if len(password) < MIN_PASSWORD:
        raise AccountError(N_("A password needs at least %(count)s characters."), count=MIN_PASSWORD)
    return _hasher.hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether this is the password; takes some 50 ms, as it must."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def nobodys_hash() -> str:
    """To be checked in place of one that is not there, so that both take the same time."""
    return _hasher.hash(secrets.token_hex())


def new_password() -> str:
    """Easy to read out, too long to guess."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


def add(db: Database, name: str, role: Role, password: str, by: str = COMMAND_LINE) -> None:
    """A new account. AccountError when the name is taken or cannot be one."""
    if not NAME.fullmatch(name) or name.casefold() in {SUPPORTER, WORKER}:
        raise AccountError(N_("A name has 2 to 40 letters, digits, dots or dashes."))
    password_hash = hash_password(password)
    try:
        with db.write() as session:
            if taken := find(session, name):
                raise AccountError(TAKEN, name=taken.name)
            account = Account(name=name, role=role, password_hash=password_hash)
            session.add(account)
            session.flush()
            _keep(session, account, by, MADE, role)
    except IntegrityError as error:
        raise AccountError(TAKEN, name=name) from error


def set_password(db: Database, name: str, password: str, by: str = COMMAND_LINE) -> None:
    """A new password; every session of the account ends."""
    password_hash = hash_password(password)
    with db.write() as session:
        account = named(session, name)
        account.password_hash = password_hash
        account.epoch += 1
        account.wrong_passwords, account.locked_until = 0, None
        _keep(session, account, by, PASSWORD)


def set_role(db: Database, name: str, role: Role, by: str = COMMAND_LINE) -> None:
    """Another role. AccountError when no active admin would be left."""
    with db.write() as session:
        account = named(session, name)
        if role != Role.ADMIN:
            _keep_one_admin(session, account)
        account.role = role
        _keep(session, account, by, ROLE, role)


def disable(db: Database, name: str, by: str = COMMAND_LINE) -> None:
    """No way in any more; every session ends. AccountError when no active admin would be left."""
    with db.write() as session:
        account = named(session, name)
        _keep_one_admin(session, account)
        account.active = False
        account.epoch += 1
        _keep(session, account, by, DISABLED)


def enable(db: Database, name: str, by: str = COMMAND_LINE) -> None:
    """Let the account in again, with its old password."""
    with db.write() as session:
        account = named(session, name)
        account.active = True
        _keep(session, account, by, ENABLED)


def _keep(session: Session, account: Account, by: str, what: str, detail: str = "") -> None:
    session.add(AccountAct(account_id=account.id, by=by, what=what, detail=detail))


def may_know_the_password(session: Session, account: Account) -> set[str]:
    """Who gave this account the password that it has now, by pseudonym; nobody where its person chose it."""
    acts = select(AccountAct).where(AccountAct.account_id == account.id, AccountAct.what.in_([MADE, PASSWORD]))
    last = session.scalars(acts.order_by(AccountAct.id.desc())).first()
    return {last.by} - {account.name} if last else set()


def set_page_language(db: Database, name: str, language: str) -> None:
    """In which language this person reads the pages; empty: as the browser asks."""
    with db.write() as session:
        named(session, name).page_language = language


def set_languages(db: Database, name: str, languages: Iterable[str]) -> None:
    """Which languages this person understands."""
    with db.write() as session:
        named(session, name).languages = sorted(languages)


def everyone(db: Database) -> list[Account]:
    """All accounts by name."""
    with db.read() as session:
        return list(session.scalars(select(Account).order_by(Account.active.desc(), Account.name)))


def find(session: Session, name: str) -> Account | None:
    """The account of this name, to be changed. Tanya is tanya: phones write names with a capital."""
    names = session.execute(select(Account.id, Account.name)).all()  # SQLite's lower() knows only ASCII
    same = [row for row in names if row.name.casefold() == name.casefold()]
    best = next((row for row in same if row.name == name), same[0] if same else None)
    return session.get(Account, best.id, with_for_update=True) if best else None


def named(session: Session, name: str) -> Account:
    """The same; AccountError when there is none."""
    account = find(session, name)
    if account is None:
        raise AccountError(N_("There is no account named %(name)s."), name=name)
    return account


def active_admins(session: Session) -> int:
    """How many accounts can still do everything."""
    return session.scalar(select(func.count()).where(Account.role == Role.ADMIN, Account.active)) or 0


def _keep_one_admin(session: Session, account: Account) -> None:
    if account.role == Role.ADMIN and account.active and active_admins(session) == 1:
        raise AccountError(N_("This is the last active admin: make another one first."))

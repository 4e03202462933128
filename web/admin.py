"""The admin: accounts, work that is stuck, who did what, the translation memory, and the switch of the intake."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from pipeline import learned, tmx, workflow
from pipeline.learned import Learned
from pipeline.models import Account, Appeal, Role, Transition
from pipeline.teamwork import AccountAct
from web import accounts, given, guard, intake, numbers
from web.auth import role
from web.desk import desk

pages = Blueprint("admin", __name__)
admins = role(Role.ADMIN)

LEDGER = 200  # the last moves that the audit shows
PATIENCE = timedelta(minutes=70)  # a worker that runs takes a step within minutes; what is known of it is the hour


@pages.get("/admin/")
@admins
def people(account: Account) -> str:
    """All accounts."""
    return _people()


def _people(**shown: str) -> str:
    return render_template("staff/people.html", people=accounts.everyone(desk().db), roles=list(Role), **shown)


@pages.post("/admin/accounts/add")
@admins
def add(account: Account) -> ResponseReturnValue:
    """A new account; its password is shown once."""
    name, password = given.line(request.form, "name"), accounts.new_password()
    try:
        accounts.add(desk().db, name, _role(), password, account.name)
    except accounts.AccountError as error:
        return _people(problem=_(error.sentence, **error.values), typed=name), 422
    return _people(told=name, password=password)


@pages.post("/admin/accounts/password")
@admins
def password(account: Account) -> ResponseReturnValue:
    """A new password, shown once; every session of the account ends."""
    name, new = given.line(request.form, "name"), accounts.new_password()
    try:
        accounts.set_password(desk().db, name, new, account.name)
    except accounts.AccountError as error:
        return _people(problem=_(error.sentence, **error.values)), 422
    return _people(told=name, password=new)


@pages.post("/admin/accounts/change")
@admins
def change(account: Account) -> ResponseReturnValue:
    """Another role, other languages, disable, or enable."""
    name, action = given.line(request.form, "name"), request.form.get("action", "")
    db = desk().db
    try:
        if action == "disable":
            accounts.disable(db, name, account.name)
        elif action == "enable":
            accounts.enable(db, name, account.name)
        elif action == "languages":
            accounts.set_languages(db, name, {*request.form.getlist("languages")} & {*desk().campaign.languages})
        else:
            accounts.set_role(db, name, _role(), account.name)
    except accounts.AccountError as error:
        return _people(problem=_(error.sentence, **error.values)), 422
    flash(_("%(name)s is changed.", name=name))
    return redirect(url_for("admin.people"))


@pages.get("/admin/accounts/<int:account_id>")
@admins
def person(account: Account, account_id: int) -> str:
    """One account: what it may do, and what its person did."""
    with desk().db.read() as session:
        found = session.get(Account, account_id) or abort(404)
        return render_template(
            "staff/person.html",
            person=found,
            numbers=numbers.of(session, found),
            roles=list(Role),
            acts=session.scalars(
                select(AccountAct).where(AccountAct.account_id == account_id).order_by(AccountAct.id.desc())
            ).all(),
        )


def _role() -> Role:
    wanted = request.form.get("role", "")
    return Role(wanted) if wanted in {*Role} else abort(400)


@pages.get("/admin/stuck")
@admins
def stuck(account: Account) -> str:
    """What asks for a person, and why; and what no worker has taken for a while."""
    asking = select(Appeal).where(Appeal.needs_person).order_by(Appeal.since)
    with desk().db.read() as session:
        moment = workflow.clock(session)
        forgotten = (
            select(Appeal)
            .where(Appeal.status.in_(workflow.QUEUES), Appeal.needs_person.is_(False), Appeal.since < moment - PATIENCE)
            .where(or_(Appeal.lease_until.is_(None), Appeal.lease_until <= moment))
            .order_by(Appeal.since)
        )
        return render_template(
            "staff/stuck.html",
            appeals=session.scalars(asking).all(),
            forgotten=session.scalars(forgotten).all(),
            rejectable=workflow.BEFORE_APPROVED,
            queues=workflow.QUEUES,
        )


@pages.get("/admin/audit")
@admins
def audit(account: Account) -> str:
    """The last moves of the ledger, and what was done to accounts."""
    last = select(Transition).order_by(Transition.id.desc()).limit(LEDGER)
    done = select(AccountAct, Account.name).join(Account).order_by(AccountAct.id.desc()).limit(LEDGER)
    with desk().db.read() as session:
        acts = session.execute(done).all()
        return render_template("staff/audit.html", moves=session.scalars(last).all(), acts=acts)


@pages.get("/admin/intake")
@admins
def taking(account: Account) -> str:
    """Whether videos are taken in, how many came, and the switch."""
    with desk().db.read() as session:
        return render_template(
            "staff/intake.html",
            closed=intake.closed(),
            switched=intake.switched(session),
            sentences=intake.SENTENCES,
            came=intake.came_today(session),
            kept=intake.kept(session),
            hidden=guard.guard().hidden,
        )


@pages.post("/admin/intake")
@admins
def switch(account: Account) -> ResponseReturnValue:
    """Open it or close it."""
    with desk().db.write() as session:
        if request.form.get("action") == "close":
            intake.close(session, account.name)
        else:
            intake.open_again(session)
    return redirect(url_for("admin.taking"))


@pages.get("/admin/memory")
@admins
def memory(account: Account) -> str:
    """What the translation memory holds, and the forms to bring more and to take it away."""
    return _memory()


def _memory(problem: str = "") -> str:
    counted = (
        select(Learned.language, func.count(Learned.appeal_id), func.count(Learned.id))
        .group_by(Learned.language)
        .order_by(func.count(Learned.id).desc())
    )
    with desk().db.read() as session:
        counts = [(code, taught, total - taught) for code, taught, total in session.execute(counted)]
    return render_template("staff/memory.html", counts=counts, problem=problem)


@pages.post("/admin/memory/import")
@admins
def import_memory(account: Account) -> ResponseReturnValue:
    """Add the pairs of a TMX file. Those that are there already are not added again."""
    file = request.files.get("tmx")
    try:
        pairs = tmx.read(file.read() if file else b"")
    except tmx.BadTmx as error:
        return _memory(_("This file cannot be taken: %(detail)s", detail=error)), 422
    with desk().db.write() as session:
        added = learned.add(session, pairs)
    there = _("Added: %(added)s. There already: %(others)s.", added=added, others=len(pairs) - added)
    flash(there if pairs else _("No pair in this file has Russian in it."))
    return redirect(url_for("admin.memory"))


@pages.post("/admin/memory/drop")
@admins
def drop_imported(account: Account) -> ResponseReturnValue:
    """Undo all imports."""
    with desk().db.write() as session:
        gone = learned.drop_imported(session)
    flash(_("Removed: %(count)s.", count=gone))
    return redirect(url_for("admin.memory"))


@pages.get("/admin/memory.tmx")
@admins
def export_memory(account: Account) -> Response:
    """All pairs as a TMX file."""
    with desk().db.read() as session:
        text = tmx.write(learned.everything(session))
    return Response(
        text, mimetype="application/xml", headers={"Content-Disposition": "attachment; filename=memory.tmx"}
    )

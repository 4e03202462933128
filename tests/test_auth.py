"""Signing in, being kept out, and the accounts behind it."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

import web
from pipeline.base import now
from pipeline.models import Account, Role
from tests import cast
from tests.cast import PASSWORD
from web import accounts, auth
from web.auth import ensure_admin


def person(app: Flask) -> cast.Person:
    """Somebody in front of the sign-in page."""
    client = app.test_client()
    assert isinstance(client, cast.Person)
    return client


@pytest.mark.parametrize(
    ("name", "page"), [("tanya", "/staff/"), ("rita", "/staff/"), ("sveta", "/social/"), ("ada", "/staff/")]
)
def test_everybody_comes_to_their_own_first_page(app, desk, name, page):
    cast.account(desk, name)
    answer = person(app).send("/staff/sign-in", name=name, password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, page)


def test_a_stranger_is_sent_to_sign_in_and_then_to_the_page(app, desk, stranger):
    cast.account(desk, "tanya")
    answer = stranger.get("/staff/?status=drafted")
    assert answer.location == "/staff/sign-in?next=/staff/?status%3Ddrafted"
    assert person(app).send(answer.location, name="tanya", password=PASSWORD).location == "/staff/?status=drafted"


@pytest.mark.parametrize(
    "next_page",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/staff/\n//x", "/staff/../../x:y@z", "x"],
)
def test_signing_in_leads_nowhere_else(app, desk, next_page):
    cast.account(desk, "tanya")
    answer = person(app).post(
        "/staff/sign-in",
        query_string={"next": next_page},
        data={"csrf_token": "", "name": "tanya", "password": PASSWORD},
    )
    assert answer.location == "/staff/sign-in"  # no token
    client = person(app)
    data = {"csrf_token": client.token(), "name": "tanya", "password": PASSWORD}
    assert client.post("/staff/sign-in", query_string={"next": next_page}, data=data).location == "/staff/"


def test_wrong_name_and_wrong_password_look_the_same_and_take_the_same_time(app, desk):
    cast.account(desk, "tanya")
    client, answers, times = person(app), [], []
    token = client.token()
    for name in ("tanya", "nobody"):
        started = time.monotonic()
        answer = client.post("/staff/sign-in", data={"csrf_token": token, "name": name, "password": "wrong wrong"})
        times.append(time.monotonic() - started)
        answers.append((answer.status_code, re.sub(f'{name}|value="[^"]+"', "", answer.text)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 403
    assert min(times) >= auth.ANSWER_SECONDS


def test_five_wrong_passwords_lock_the_name_for_a_minute(desk):
    cast.account(desk, "tanya")
    for _ in range(5):
        assert auth.authenticate(desk.db, "tanya", "wrong wrong") is None
    assert auth.authenticate(desk.db, "tanya", PASSWORD) is None
    with desk.db.write() as session:
        session.execute(update(Account).values(locked_until=now() - timedelta(seconds=1)))
    assert auth.authenticate(desk.db, "tanya", PASSWORD)


def test_a_name_is_the_same_in_capitals(desk):
    accounts.add(desk.db, "Ганна", Role.TRANSLATOR, PASSWORD)
    assert auth.authenticate(desk.db, "гАННА", PASSWORD)
    with pytest.raises(accounts.AccountError, match="named Ганна already"):
        accounts.add(desk.db, "ганна", Role.SOCIAL, PASSWORD)


def test_a_right_password_forgets_the_wrong_ones(desk):
    cast.account(desk, "tanya")
    for password in ("wrong wrong", "wrong wrong", PASSWORD, "wrong wrong", "wrong wrong", "wrong wrong", PASSWORD):
        found = auth.authenticate(desk.db, "tanya", password)
    assert found


def test_disabling_an_account_ends_its_session_at_the_next_request(tanya, desk):
    assert tanya.get("/staff/").status_code == 200
    accounts.disable(desk.db, "tanya")
    assert tanya.get("/staff/").location.startswith("/staff/sign-in")
    assert auth.authenticate(desk.db, "tanya", PASSWORD) is None


def test_a_new_password_ends_every_session(tanya, desk):
    accounts.set_password(desk.db, "tanya", "another long one")
    assert tanya.get("/staff/").location.startswith("/staff/sign-in")
    assert auth.authenticate(desk.db, "tanya", "another long one")


def test_signing_out_ends_the_session(tanya):
    assert tanya.send("/staff/sign-out").location == "/staff/sign-in"
    assert tanya.get("/staff/").location.startswith("/staff/sign-in")


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, tanya):
    thief = person(app)
    copied = tanya.get_cookie("session")
    assert copied
    thief.set_cookie("session", copied.value)
    assert thief.get("/staff/").status_code == 200
    tanya.send("/staff/sign-out")
    assert thief.get("/staff/").location.startswith("/staff/sign-in")


def test_the_cookie_is_kept_from_scripts_and_other_sites(app, desk):
    cast.account(desk, "tanya")
    cookie = person(app).send("/staff/sign-in", name="tanya", password=PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Expires" in cookie


def test_a_form_without_a_token_does_nothing(tanya, desk):
    made = cast.appeal(desk)
    answer = tanya.post(f"/staff/appeals/{made.id}/redo", data={})
    assert answer.status_code == 400
    assert "too old" in answer.text
    assert cast.fresh(desk, made).status == made.status


def test_the_first_admin_is_made_once(app, desk):
    made = ensure_admin(desk.db, "")
    assert made and auth.authenticate(desk.db, "admin", made)
    assert ensure_admin(desk.db, "") is None


def test_the_first_admin_gets_the_password_that_was_given(desk):
    assert ensure_admin(desk.db, "given by the operator") == "given by the operator"
    assert auth.authenticate(desk.db, "admin", "given by the operator")


def test_accounts_by_the_command_line(app, desk):
    run = app.test_cli_runner().invoke
    made = run(args=["account", "add", "olga", "--role", "translator"])
    assert auth.authenticate(desk.db, "olga", made.output.split()[-1])
    run(args=["account", "password", "olga", "--password-stdin"], input="a longer password\n")
    assert auth.authenticate(desk.db, "olga", "a longer password")
    run(args=["account", "disable", "olga"])
    assert "olga\ttranslator\tdisabled" in run(args=["account", "list"]).output


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (["add", "tanya", "--role", "social"], "", "There is an account named tanya already."),
        (["add", "Tanya", "--role", "social"], "", "There is an account named tanya already."),
        (["add", "Worker", "--role", "social"], "", "A name has 2 to 40 letters"),
        (["add", "x y", "--role", "social"], "", "A name has 2 to 40 letters"),
        (["add", "worker", "--role", "social"], "", "A name has 2 to 40 letters"),
        (["add", "olga", "--role", "social", "--password-stdin"], "short\n", "at least 10 characters"),
        (["password", "nobody"], "", "There is no account named nobody."),
        (["disable", "ada"], "", "the last active admin"),
        (["add", "olga", "--role", "queen"], "", "'queen' is not one of"),
    ],
)
def test_the_command_line_says_what_is_wrong(app, desk, arguments, stdin, sentence):
    cast.account(desk, "tanya")
    cast.account(desk, "ada")
    result = app.test_cli_runner().invoke(args=["account", *arguments], input=stdin)
    assert result.exit_code != 0
    assert sentence in result.output
    assert "password:" not in result.output


@pytest.mark.parametrize("arguments", [["list"], ["add", "olga", "--role", "social"], ["disable", "olga"]])
def test_the_command_line_says_that_no_app_is_in_this_folder(settings, arguments):
    result = web.create_app(settings).test_cli_runner().invoke(args=["account", *arguments])
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "There is no app in DATA_DIR" in result.output and "start it with `make run` first" in result.output


def test_the_last_admin_stays_admin(desk):
    cast.account(desk, "ada")
    with pytest.raises(accounts.AccountError, match="last active admin"):
        accounts.set_role(desk.db, "ada", Role.SOCIAL)


def test_migrating_by_the_command_line_can_be_repeated(app):
    assert app.test_cli_runner().invoke(args=["migrate"]).exit_code == 0

"""The admin's pages: accounts, what is stuck, who did what."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from pipeline import learned, tmx
from pipeline.base import now
from pipeline.memory import Pair
from pipeline.models import Account, Appeal, Kind, Layer, Role, Status
from pipeline.teamwork import AccountAct
from pipeline.withdraw import withdraw
from tests import cast
from web import accounts, auth


def shown_password(page: str) -> str:
    found = re.search(r"(?:[0-9a-f]{6}-){3}[0-9a-f]{6}", page)
    assert found
    return found[0]


def test_an_account_is_made_and_its_password_is_shown_once(ada, desk):
    page = ada.send("/admin/accounts/add", name="olga", role="translator").text
    account = auth.authenticate(desk.db, "olga", shown_password(page))
    assert account and account.role == Role.TRANSLATOR
    assert shown_password(page) not in ada.get("/admin/").text


def test_a_name_that_is_taken_is_said(ada, tanya):
    answer = ada.send("/admin/accounts/add", name="tanya", role="translator")
    assert answer.status_code == 422
    assert "There is an account named tanya already." in answer.text


def test_a_new_password_replaces_the_old_one(ada, tanya, desk):
    page = ada.send("/admin/accounts/password", name="tanya").text
    assert auth.authenticate(desk.db, "tanya", shown_password(page))
    assert tanya.get("/staff/").status_code == 302


def test_an_account_is_disabled_and_enabled_again(ada, tanya, desk):
    ada.send("/admin/accounts/change", name="tanya", action="disable")
    assert tanya.get("/staff/").status_code == 302
    assert re.search(r"tanya</bdi></strong> <span[^>]*>disabled<", ada.get("/admin/").text)
    ada.send("/admin/accounts/change", name="tanya", action="enable")
    assert auth.authenticate(desk.db, "tanya", cast.PASSWORD)


def test_another_role_counts_at_the_next_request(ada, tanya):
    ada.send("/admin/accounts/change", name="tanya", action="role", role="social")
    assert tanya.get("/staff/").location == "/social/"
    assert tanya.get("/social/").status_code == 200


@pytest.mark.parametrize("fields", [{"action": "disable"}, {"action": "role", "role": "social"}])
def test_the_last_admin_cannot_be_lost(ada, fields):
    answer = ada.send("/admin/accounts/change", name="ada", **fields)
    assert answer.status_code == 422
    assert "last active admin" in answer.text
    assert ada.get("/admin/").status_code == 200


def test_of_two_admins_one_may_go(ada, desk):
    accounts.add(desk.db, "alla", Role.ADMIN, cast.PASSWORD)
    assert ada.send("/admin/accounts/change", name="alla", action="disable").status_code == 302


def test_nonsense_is_refused(ada):
    assert ada.send("/admin/accounts/add", name="olga", role="queen").status_code == 400
    assert ada.send("/admin/accounts/change", name="nobody", action="disable").status_code == 422
    assert ada.send("/admin/accounts/password", name="nobody").status_code == 422


def test_stuck_work_is_shown_with_its_reason_and_the_last_words_of_the_tool(ada, desk):
    assert "Nothing is stuck" in ada.get("/admin/stuck").text
    made = cast.appeal(desk, Status.PREPARED)
    values = {"needs_person": True, "reason": "no_model", "detail": "<no> weights"}
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == made.id).values(**values))
    page = ada.get("/admin/stuck").text
    assert "The speech model could not be loaded." in page and "&lt;no&gt; weights" in page
    ada.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt)
    assert "Nothing is stuck" in ada.get("/admin/stuck").text


def test_a_video_that_only_the_supporter_can_mend_is_rejected_with_one_click(ada, desk):
    made = cast.appeal(desk, Status.RECEIVED)
    with desk.db.write() as session:
        session.execute(update(Appeal).values(needs_person=True, reason="no_sound"))
    page = ada.get("/admin/stuck").text
    assert ">This video has no sound. Please record it again with the microphone on.</textarea>" in page
    assert ">Reject</button>" in page and "Try again" not in page
    ada.send(f"/staff/appeals/{made.id}/reject", attempt=made.attempt, status="received", words="No sound.")
    assert "Nothing is stuck" in ada.get("/admin/stuck").text


@pytest.mark.parametrize(
    ("minutes", "listed"),
    [
        ({"since": -71}, True),
        ({"since": -69}, False),
        ({"since": -71, "lease_until": 1}, False),
        ({"since": -71, "lease_until": -1}, True),
    ],
)
def test_work_that_no_worker_takes_is_shown(ada, desk, minutes, listed):
    made, draft = cast.appeal(desk, Status.PREPARED), cast.appeal(desk)
    values = {name: now() + timedelta(minutes=count) for name, count in minutes.items()}
    with desk.db.write() as session:
        session.execute(update(Appeal).values(values))
    page = ada.get("/admin/stuck").text
    assert (f"Appeal {made.id}<" in page and "Waiting for a worker since" in page) == listed
    assert f"Appeal {draft.id}<" not in page


def test_the_audit_says_who_moved_what_and_why(ada, desk):
    cast.appeal(desk, Status.REJECTED)
    page = ada.get("/admin/audit").text
    assert "To correct → Rejected: not an appeal" in page and ">rita<" in page


def test_the_memory_is_shown_taken_away_and_brought_back(ada, desk):
    assert "Nothing is learned yet" in ada.get("/admin/memory").text
    made = cast.appeal(desk, Status.APPROVED)
    assert "Беларуская" in ada.get("/admin/memory").text
    saved = ada.get("/admin/memory.tmx")
    assert saved.mimetype == "application/xml" and cast.RUSSIAN[1].text in saved.text
    withdraw(desk, made.id)
    answer = ada.send("/admin/memory/import", tmx=(io.BytesIO(saved.data), "memory.tmx"))
    assert re.search(r"Added: [2-9]. There already: 0.", ada.get(answer.location).text)
    assert cast.SAID[1].text in cast.everything_stored(desk)


def test_a_bad_import_is_undone_and_what_clips_taught_stays(ada, desk):
    cast.appeal(desk, Status.APPROVED)
    pairs = [Pair("en", "Go to war.", "Идите на войну."), Pair("be", cast.SAID[1].text, cast.RUSSIAN[1].text)]
    ada.send("/admin/memory/import", tmx=(io.BytesIO(tmx.write(pairs)), "memory.tmx"))
    assert "Идите на войну." in cast.everything_stored(desk)
    answer = ada.send("/admin/memory/drop")
    assert "Removed: 2." in ada.get(answer.location).text
    assert "Идите на войну." not in cast.everything_stored(desk)
    with desk.db.read() as session:
        assert pairs[1] in learned.everything(session)


@pytest.mark.parametrize("data", [b"", b"no xml", b"<tmx><body><tu></body></tmx>", b"\xff\xfe\x00"])
def test_a_file_that_is_no_memory_is_refused_with_a_sentence(ada, data):
    answer = ada.send("/admin/memory/import", tmx=(io.BytesIO(data), "memory.tmx"))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_memory_goes_in_and_out_by_command_line(app, tmp_path):
    file = tmp_path / "memory.tmx"
    file.write_bytes(tmx.write([Pair("en", "No means no.", "Нет значит нет.")]))
    run = app.test_cli_runner().invoke
    assert run(args=["memory", "import", str(file)]).output == "1 of 1 pairs added\n"
    assert "Нет значит нет." in run(args=["memory", "export", "-"]).output
    broken = tmp_path / "broken.tmx"
    broken.write_text("no xml")
    refused = run(args=["memory", "import", str(broken)])
    assert refused.exit_code == 1 and refused.output.startswith("Error: ")


def test_the_switch_of_the_intake_says_who_turned_it_and_counts(ada, rita, desk):
    cast.appeal(desk, Status.RECEIVED)
    page = ada.get("/admin/intake").text
    assert "<strong>Open.</strong>" in page and "<td>1</td><td>500</td>" in page and "PROXIES" not in page
    ada.send("/admin/intake", action="close")
    ada.send("/admin/intake", action="close")
    page = ada.get("/admin/intake").text
    assert "<strong>Closed.</strong>" in page and "Closed by ada" in page
    assert rita.get("/admin/intake").status_code == 404


def test_the_admin_is_told_of_a_proxy_that_nobody_counted(ada, stranger):
    stranger.post("/status", data={"code": cast.CODE}, headers={"X-Forwarded-For": "203.0.113.77"})
    assert "set PROXIES to the number of your proxies" in ada.get("/admin/intake").text


def test_the_switch_by_the_command_line(app, stranger):
    command = app.test_cli_runner()
    assert command.invoke(args=["intake", "close"]).output == "closed\n"
    assert "We take no videos at the moment" in stranger.get("/").text
    assert command.invoke(args=["intake", "open"]).output == "open\n"
    assert "<form" in stranger.get("/").text


# what was done to accounts


def test_what_is_done_to_an_account_stays_with_who_did_it(ada, desk):
    ada.send("/admin/accounts/add", name="olga", role="translator")
    ada.send("/admin/accounts/change", name="olga", action="role", role="reviewer")
    ada.send("/admin/accounts/password", name="olga")
    ada.send("/admin/accounts/change", name="olga", action="disable")
    ada.send("/admin/accounts/change", name="olga", action="enable")
    with desk.db.read() as session:
        olga = session.query(Account).filter_by(name="olga").one()
        acts = session.query(AccountAct).filter_by(account_id=olga.id).order_by(AccountAct.id)
        done = [(act.by, act.what, act.detail) for act in acts]
    assert done == [
        ("ada", "made", "translator"),
        ("ada", "role", "reviewer"),
        ("ada", "password", ""),
        ("ada", "disabled", ""),
        ("ada", "enabled", ""),
    ]
    for page in (ada.get("/admin/audit").text, ada.get(f"/admin/accounts/{olga.id}").text):
        for words in (
            "made: Translator",
            "got another role: Reviewer",
            "got a new password",
            "disabled",
            "enabled again",
        ):
            assert words in page


@pytest.mark.parametrize("own", [False, True])
def test_an_approval_by_an_account_whose_password_its_author_gave_is_told_in_the_ledger(app, ada, desk, own):
    shown = ada.send("/admin/accounts/add", name="olga", role="reviewer").text
    olga = app.test_client()
    olga.send("/staff/sign-in", name="olga", password=shown_password(shown))
    if own:
        olga.send("/staff/me/password", old=shown_password(shown), new="a password of her own")
    made, author = cast.appeal(desk, Status.DRAFTED), cast.account(desk, "ada")
    with desk.db.write() as session:
        track = session.get_one(Appeal, made.id).track(Layer.RUSSIAN)
        track.add(track.latest.cues, author.name, author.id)
    made = cast.fresh(desk, cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW))
    seen = {"attempt": made.attempt, "sha256": made.file(Kind.FINISHED).sha256, "consent": made.consents[-1].id}
    olga.send(f"/staff/appeals/{made.id}/approve", watched="whole", **seen)
    assert cast.fresh(desk, made).status == Status.APPROVED
    told = (
        "ada wrote words in it, and also gave the account that approved it its password."
        in ada.get("/admin/audit").text
    )
    assert told is not own

"""What waits for whom: the list, its counts, and "take the next one"."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from pipeline.base import now
from pipeline.cues import Cue
from pipeline.models import Account, Appeal, Layer, Role, Screening, Status
from pipeline.teamwork import PROMISED, Hold
from tests import cast
from web import accounts


def knows(desk, name: str, *languages: str) -> None:
    accounts.set_languages(desk.db, name, languages)


def change(desk, made: Appeal, **values: object) -> None:
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == made.id).values(**values))


def opened(desk, made: Appeal, name: str, seconds: int = 0, tab: str = "a tab") -> None:
    """Somebody has it open, and gave the last sign of life so long ago."""
    moment, holder = now() - timedelta(seconds=seconds), cast.account(desk, name)
    with desk.db.write() as session:
        session.add(Hold(appeal_id=made.id, account_id=holder.id, tab=tab, since=moment, seen=moment))


def saved_by(desk, made: Appeal, name: str) -> None:
    author = cast.account(desk, name)
    with desk.db.write() as session:
        track = session.get_one(Appeal, made.id).track(Layer.RUSSIAN)
        track.add([Cue(400, 3000, "Иначе.")], name, author.id)


def shown(person: cast.Person, query: str = "") -> list[int]:
    """The appeals in the list, in their order."""
    page = person.get(f"/staff/{query}").text
    return [int(part.split('"')[0].split("/")[0]) for part in page.split('href="/staff/appeals/')[1:]]


def taken(person: cast.Person) -> str:
    return person.send("/staff/next").location


# the list


def test_translators_see_what_passed_screening_in_their_languages_urgent_ones_first(tanya, desk):
    late, early, urgent = (cast.appeal(desk) for _ in range(3))
    change(desk, early, since=now() - timedelta(days=2))
    change(desk, urgent, urgent=True)
    polish, unscreened = cast.appeal(desk, language="pl"), cast.appeal(desk)
    unnamed = cast.appeal(desk, language="und")
    change(desk, unscreened, screening=Screening.OPEN)
    knows(desk, "tanya", "be")
    assert shown(tanya) == [urgent.id, early.id, late.id, unnamed.id]
    assert polish.id not in shown(tanya, "?status=")
    assert "urgent" in tanya.get("/staff/").text


def test_who_has_not_said_which_languages_sees_all_and_is_asked(tanya, desk):
    both = [cast.appeal(desk).id, cast.appeal(desk, language="pl").id]
    assert shown(tanya) == both and "Which languages do you understand?" in tanya.get("/staff/").text
    answer = tanya.send("/staff/me/languages", languages="pl", first="yes")
    assert answer.location == "/staff/" and shown(tanya) == both[1:]
    assert "Which languages do you understand?" not in tanya.get("/staff/").text


@pytest.mark.parametrize(("seconds", "said"), [(0, True), (59, True), (61, False)])
def test_the_list_says_who_has_a_clip_open(tanya, desk, seconds, said):
    opened(desk, cast.appeal(desk), "rita", seconds)
    assert ("Open now: rita" in tanya.get("/staff/").text) is said


def test_reviewers_find_what_to_screen_and_what_to_review_with_counts(rita, desk):
    to_screen, to_review = cast.appeal(desk, Status.PREPARED), cast.appeal(desk, Status.IN_REVIEW)
    asked = cast.appeal(desk, Status.PREPARED)
    change(desk, asked, screening=Screening.ASKED)
    assert shown(rita) == [to_review.id]
    assert shown(rita, "?status=to-screen") == [to_screen.id]
    counts = rita.get("/staff/counts.json").json
    assert (counts["tabs"]["to-screen"], counts["tabs"]["in_review"], counts["free"]) == (1, 1, 2)


def test_translators_count_only_what_they_may_see(tanya, desk):
    cast.appeal(desk)
    cast.appeal(desk, language="pl")
    change(desk, cast.appeal(desk), screening=Screening.OPEN)
    knows(desk, "tanya", "be")
    counts = tanya.get("/staff/counts.json").json
    assert (counts["tabs"][""], counts["tabs"]["drafted"], counts["free"]) == (1, 1, 1)
    assert "to-screen" not in counts["tabs"] and "new-message" not in counts["tabs"]


def test_admins_see_which_languages_nobody_speaks_yet(ada, rita, desk):
    for name, language in (("tanya", "be"), ("sveta", "lt")):  # of the social team: she translates nothing
        cast.account(desk, name)
        knows(desk, name, language)
    for language in ("be", "pl", "pl", "lt"):
        cast.appeal(desk, language=language)
    page = ada.get("/staff/").text.partition("Nobody speaks this yet")[2]
    assert "Polski</a>: 2 appeals" in page and "Lietuvių</a>: 1 appeal" in page and "Беларуская" not in page
    accounts.disable(desk.db, "tanya")
    assert "Беларуская</a>: 1 appeal" in ada.get("/staff/").text
    assert "Nobody speaks" not in rita.get("/staff/").text


def test_the_social_team_is_led_to_its_clips(sveta):
    assert sveta.get("/staff/").location == "/social/"


# take the next one


def test_a_translator_gets_her_own_returned_clip_first_then_the_urgent_then_the_oldest(tanya, desk):
    later, urgent, mine = (cast.appeal(desk) for _ in range(3))
    change(desk, urgent, urgent=True)
    saved_by(desk, mine, "tanya")
    there = cast.onward(desk, mine, Status.SUBMITTED, Status.IN_REVIEW)
    with desk.db.write() as session:
        cast._move(session, session.get_one(Appeal, there.id), Status.DRAFTED, "rita", "a wrong word")
    for wanted in (mine, urgent, later):
        assert taken(tanya) == f"/staff/appeals/{wanted.id}/edit"
        with desk.db.write() as session:
            session.get_one(Hold, wanted.id).tab = "opened"
    assert taken(tanya) == "/staff/next"
    assert "Nothing is left for you" in tanya.get("/staff/next").text


def test_what_somebody_has_open_is_left_alone_until_a_minute_after_the_last_sign_of_life(tanya, desk):
    busy, left = cast.appeal(desk), cast.appeal(desk)
    opened(desk, busy, "rita")
    opened(desk, left, "rita", seconds=61)
    assert taken(tanya) == f"/staff/appeals/{left.id}/edit"
    with desk.db.read() as session:
        held = session.get_one(Hold, left.id)
        assert (held.account_id, held.tab) == (cast.account(desk, "tanya").id, PROMISED)


def test_pressing_again_gives_the_same_clip_until_it_is_opened(tanya, desk):
    first, _second = cast.appeal(desk), cast.appeal(desk)
    assert taken(tanya) == taken(tanya) == f"/staff/appeals/{first.id}/edit"


def test_who_leaves_a_clip_and_asks_for_the_next_one_gets_another(tanya, desk):
    first, second = cast.appeal(desk), cast.appeal(desk)
    for made in (first, second, first):
        assert taken(tanya) == f"/staff/appeals/{made.id}/edit"
        with desk.db.write() as session:
            session.execute(delete(Hold))  # opened, and left again


def test_a_clip_that_was_promised_opens_as_ones_own(tanya, desk):
    made = cast.appeal(desk)
    assert taken(tanya)
    answer = tanya.post(
        f"/staff/appeals/{made.id}/hold", json={"tab": "new", "take": False}, headers={"X-CSRFToken": tanya.token()}
    )
    assert answer.json["hold"]["mine"] is True


def test_translators_get_nothing_that_was_not_screened_or_whose_language_nobody_named(tanya, desk):
    change(desk, cast.appeal(desk), screening=Screening.OPEN)
    cast.appeal(desk, language="und")
    assert taken(tanya) == "/staff/next"


def test_reviewers_review_what_others_wrote_and_then_screen(rita, desk):
    own, others = (cast.appeal(desk, Status.IN_REVIEW) for _ in range(2))
    saved_by(desk, own, "rita")
    unscreened = cast.appeal(desk, Status.PREPARED)
    assert taken(rita) == f"/staff/appeals/{others.id}/review"
    with desk.db.write() as session:
        session.get_one(Hold, others.id).tab = "opened"
    assert taken(rita) == f"/staff/appeals/{unscreened.id}/screen"


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_people_who_press_at_once_get_different_clips(app, desk):
    made = [cast.appeal(desk) for _ in range(4)]
    names = ["tanya", "olga", "maria", "nina", "vera"]
    for name in names[1:]:
        with desk.db.write() as session:
            session.add(Account(name=name, role=Role.TRANSLATOR, password_hash=cast.password_hash()))
    people = [cast.enter(app, name) for name in names]
    tokens = [person.token() for person in people]

    def press(person: cast.Person, token: str) -> str:
        return person.post("/staff/next", data={"csrf_token": token}).location

    with ThreadPoolExecutor(5) as threads:
        places = sorted(threads.map(press, people, tokens))
    assert places == [*(f"/staff/appeals/{each.id}/edit" for each in made), "/staff/next"]

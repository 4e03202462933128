"""What the editor is told, and what it is answered when something is wrong: JSON, a sentence, nothing lost."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from pipeline import learned
from pipeline.cues import Cue, Offer
from pipeline.learned import Learned
from pipeline.memory import Pair
from pipeline.models import Account, Appeal, File, Screening, Status
from pipeline.teamwork import Draft, Hold
from pipeline.withdraw import withdraw
from tests import cast
from tests.typist import ASKED, RIGHT, as_they_are, ask, bench, draft_of, rows, russian, save, versions
from web import typed
from web.words import DOUBTS


def test_the_page_holds_the_state_that_its_script_can_ask_for_too(tanya, desk):
    made = cast.appeal(desk)
    page = tanya.get(f"/staff/appeals/{made.id}/edit").text
    embedded = json.loads(re.search(r'<script type="application/json" id="bench">(.*?)</script>', page, re.S)[1])
    state = bench(tanya, made)
    assert {**embedded, "token": ""} == {**state, "token": ""}
    assert (state["revision"], state["made_by"], state["status"], state["may_edit"]) == (
        1,
        "phrasebook",
        "drafted",
        True,
    )
    assert state["rows"][0]["spoken"] == cast.SAID[0].text and state["rows"][0]["doubts"] == ["low_probability"]
    assert state["clip"]["duration_ms"] == 6000 and state["clip"]["speech"][1] == {"start": 3200, "end": 5200}
    assert tanya.get(state["clip"]["video"]).status_code == 200
    assert "в" in state["borders"]["prepositions"] and state["frame"]["name"] == "portrait"
    assert 0 < state["style"]["font"] < 0.1 and 0 < state["style"]["bottom"] < 0.5


LIKE = Pair("be", "Мы ўсе чакаем вас дома.", "Мы все вместе ждём вас дома живыми.")  # beside "Мы чакаем вас дома."
OFFER = Offer("Вас ждут дома.", "libretranslate", 100, "Мы чакаем вас дома.")
ENGINES_DRAFT = Cue(3200, 5200, "Мы ожидаем вас дома.", ("phantom", "unknown_word"), origin="apertium", offers=(OFFER,))


def test_what_was_known_about_a_cue_stays_with_it(tanya, desk):
    made = draft_of(desk, ENGINES_DRAFT)
    save(tanya, made, rows("Вас ждут.", times=[(3200, 5200)]), base=2)
    (cue,) = russian(desk, made)
    assert (cue.text, cue.origin, cue.offers) == ("Вас ждут.", "", (OFFER,))


def test_what_the_memory_offers_is_laid_out_for_the_frame_and_shows_what_it_was_said_for(tanya, desk):
    with desk.db.write() as session:
        learned.add(session, [LIKE])
    known, similar, *_, engines = bench(tanya, draft_of(desk, ENGINES_DRAFT))["rows"][0]["offers"]
    assert (known["score"], known["label"]) == (100, "Translation memory:")
    assert similar["text"] == "Мы все вместе ждём\nвас дома живыми." and similar["source"] == LIKE.source
    assert (similar["origin"], similar["score"]) == ("memory", 90)
    assert (engines["text"], engines["origin"]) == (OFFER.text, "libretranslate")


def test_where_the_memory_knew_the_sentence_similar_ones_are_not_offered(tanya, desk):
    with desk.db.write() as session:
        learned.add(session, [LIKE])
    known = Cue(3200, 5200, "Мы ждём вас дома.", origin="memory", offers=(OFFER,))
    offers = bench(tanya, draft_of(desk, known))["rows"][0]["offers"]
    assert [(offer["origin"], offer["score"]) for offer in offers] == [("memory", 100), ("libretranslate", 100)]


def test_the_words_of_a_clip_that_was_taken_back_stand_with_no_other_clip(tanya, desk):
    other = cast.appeal(desk, Status.APPROVED)
    made = draft_of(desk, ENGINES_DRAFT)
    with desk.db.write() as session:
        session.execute(update(Learned).values(source=LIKE.source, russian=LIKE.russian))
    assert LIKE.source in json.dumps(bench(tanya, made), ensure_ascii=False)
    ask(tanya, "PUT", made, "draft", tab="a", base=2, rows=as_they_are(bench(tanya, made)))
    save(tanya, made, rows("Вас ждут!", times=[(3200, 5200)]), base=2)
    with desk.db.write() as session:
        session.execute(delete(File).where(File.appeal_id == other.id))  # else they are one video, and go together
    withdraw(desk, other.id)
    assert LIKE.source not in json.dumps(bench(tanya, made), ensure_ascii=False)
    assert LIKE.source not in cast.everything_stored(desk)


def test_checks_are_told_about_what_is_typed_with_a_fix_where_one_is_safe(tanya, desk):
    made = cast.appeal(desk)
    typed = rows("x" * 501, 'Мы  говорим "нет"...', times=[(400, 3000), (3100, 6000)])
    found = ask(tanya, "POST", made, "check", rows=typed).json["findings"]
    space = next(each for each in found if each["check"] == "double_space")
    assert space["id"] == "1" and space["fix"][0]["text"] == "Мы говорим «нет»…"
    assert space["sentence"] and len(versions(desk, made)) == 1


# Whatever else comes


def test_a_script_of_nobody_is_told_to_sign_in_and_never_sent_elsewhere(stranger, desk):
    made = cast.appeal(desk)
    for method, what, body in ASKED:
        answer = stranger.open(f"/staff/appeals/{made.id}/{what}", method=method, json=body)
        assert (answer.status_code, answer.json["sign_in"]) == (401, "/staff/sign-in"), what
    assert stranger.get(f"/staff/appeals/{made.id}/bench.json").status_code == 401


def test_an_old_token_is_answered_with_a_fresh_one_that_works(tanya, desk):
    made = cast.appeal(desk)
    for method, what, body in ASKED:
        url = f"/staff/appeals/{made.id}/{what}"
        refused = tanya.open(url, method=method, json=body, headers={"X-CSRFToken": "old"})
        assert (refused.status_code, refused.json["me"]) == (403, "tanya"), what
        again = tanya.open(url, method=method, json=body, headers={"X-CSRFToken": refused.json["token"]})
        assert again.status_code in {200, 201, 204}, what


def test_another_name_in_the_same_browser_is_told(tanya, desk):
    made, old = cast.appeal(desk), tanya.token()
    with desk.db.write() as session:
        session.execute(update(Account).values(epoch=Account.epoch + 1))
    signed_out = tanya.post(f"/staff/appeals/{made.id}/check", json={"rows": []}, headers={"X-CSRFToken": old})
    cast.account(desk, "rita")
    tanya.send("/staff/sign-in", name="rita", password=cast.PASSWORD)
    answer = tanya.post(f"/staff/appeals/{made.id}/check", json={"rows": []}, headers={"X-CSRFToken": old})
    assert (signed_out.status_code, answer.status_code, answer.json["me"]) == (401, 403, "rita")


def test_what_nobody_screened_is_not_there_for_a_translator(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).screening = Screening.OPEN
    for method, what, body in ASKED:
        answer = ask(tanya, method, made, what, **body)
        assert (answer.status_code, "error" in answer.json) == (404, True), what


def test_a_clip_that_is_taken_back_while_somebody_types_is_gone_for_every_request(tanya, rita, desk):
    made = cast.appeal(desk)
    ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=rows("Слово Тани"))
    ask(tanya, "POST", made, "hold", tab="a", take=False)
    withdraw(desk, made.id)
    for method, what, body in ASKED:
        answer = ask(rita, method, made, what, **body)
        assert (answer.status_code, "taken back or deleted" in answer.json["error"]) == (410, True), what
    for path in ("edit", "bench.json", "history", "russian.srt"):
        assert rita.get(f"/staff/appeals/{made.id}/{path}").status_code == 410
    with desk.db.read() as session:
        assert not session.query(Draft).count() and not session.query(Hold).count()


def test_what_no_page_of_ours_sends_is_refused_with_a_sentence(tanya, desk):
    made, headers = cast.appeal(desk), {"X-CSRFToken": tanya.token()}
    nonsense = [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"{}", b"[" * 100_000, b'{"tab":' * 5000]
    for method, what, _ in ASKED[1:]:
        for sent in nonsense:
            url = f"/staff/appeals/{made.id}/{what}"
            answer = tanya.open(url, method=method, data=sent, headers=headers, content_type="application/json")
            assert (answer.status_code, "load it again" in answer.json["error"]) == (400, True), (what, sent[:50])
    assert len(versions(desk, made)) == 1


def test_a_value_that_cannot_be_one_is_refused(tanya, desk):
    made, (row, *_) = cast.appeal(desk), rows(*RIGHT)
    changes = [
        *({"base": base} for base in ("1", None, 1.0, True, -1, 2**31)),
        *({"rows": each} for each in (None, {}, [1], [[]])),
        *({"rows": [{**row, "start": start}]} for start in (1.5, "1", None, True, 10**17)),
        *({"rows": [{**row, name: 5}]} for name in ("text", "doubts", "id", "checked", "origin", "language")),
    ]
    for change in changes:
        body = {"tab": "a", "base": 1, "rows": [row], "submit": False, **change}
        assert ask(tanya, "PUT", made, "draft", **body).status_code == 400, change
        assert ask(tanya, "POST", made, "revisions", **body).status_code == 400, change
    assert ask(tanya, "POST", made, "revisions", tab="a", base=1, rows=[row], submit="yes").status_code == 400
    for tab in (1, "", "\u200b", None):
        assert ask(tanya, "POST", made, "hold", tab=tab, take=False).status_code == 400
    assert len(versions(desk, made)) == 1


def test_a_thousand_cues_of_the_longest_kind_are_saved_kept_and_checked(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.execute(update(Appeal).values(media={**made.media, "duration_ms": 600_000}))
    typed = rows(*["👋" * 500] * 1000, times=[(i * 600, i * 600 + 500) for i in range(1000)])
    body = json.dumps({"tab": "a", "base": 1, "rows": typed, "submit": False}, ensure_ascii=False).encode()
    for method, what, code in (("PUT", "draft", 200), ("POST", "check", 200), ("POST", "revisions", 201)):
        answer = tanya.open(
            f"/staff/appeals/{made.id}/{what}",
            method=method,
            data=body,
            headers={"X-CSRFToken": tanya.token()},
            content_type="application/json",
        )
        assert answer.status_code == code, what
    assert len(russian(desk, made)) == 1000
    more = ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=rows(*["👋" * 500] * 1000, times=[(0, 1)] * 1000))
    assert more.status_code == 413 and "more than the subtitles of a clip can be" in more.json["error"]


def test_a_fault_of_ours_is_said_as_json(app, tanya, desk, monkeypatch):
    made = cast.appeal(desk)
    monkeypatch.setitem(app.view_functions, "bench.save", lambda **_: 1 / 0)
    answer = save(tanya, made)
    assert answer.status_code == 500 and "Nothing is lost" in answer.json["error"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
)
TEXT = st.text(max_size=40) | st.sampled_from(["\ud800", "a\u200b\u202e\x00\r\n b", "<b>&amp;", "👋\n\n–  А"])
NUMBER = st.integers(-(2**54), 2**54)
#: Rows as the editor sends them, and some with a value of another kind.
LIKE_ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXT, "start": NUMBER, "end": NUMBER, "text": TEXT},
        optional={"doubts": st.lists(TEXT | st.just("phantom")), "origin": TEXT, "language": TEXT, "checked": ANYTHING},
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING | LIKE_ROWS)
def test_whatever_comes_is_refused_or_read_and_what_was_read_can_be_kept_and_read_again(given):
    try:
        read = typed.rows(given)
    except typed.NotOurs:
        return
    kept = json.loads(json.dumps([row.kept for row in read], ensure_ascii=False).encode())
    assert typed.rows(kept) == read
    for cue in typed.cues(read, [ENGINES_DRAFT]):
        assert cue.text == typed.tidy(cue.text) and set(cue.doubts) <= set(DOUBTS)
        assert all(line and line == line.strip() for line in cue.text.split("\n")) or not cue.text

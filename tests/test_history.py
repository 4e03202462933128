"""The versions of a track: what each changed, an old one made the newest again, and who answers for it."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline import approval
from pipeline.cues import Cue
from pipeline.models import Appeal, Layer, Status
from tests import cast
from tests.typist import RIGHT, ask, rows, save, versions
from web.difference import Change, between, words

ONE, TWO, THREE = Cue(0, 1000, "Раз."), Cue(1100, 2000, "Два, три."), Cue(2100, 3000, "Четыре.")


def shown(person: cast.Person, made: Appeal, query: str = "") -> str:
    """The page as it is read: without tags, white space folded."""
    answer = person.get(f"/staff/appeals/{made.id}/history{query}")
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def restore(person: cast.Person, made: Appeal, version: int, base: int, **more: object):
    return person.send(f"/staff/appeals/{made.id}/restore", version=version, base=base, **more)


def test_every_version_stands_there_with_its_author_and_what_it_changed(tanya, rita, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    save(rita, made, rows("Дорогие беларусы!", times=[(400, 3100)]), base=2)
    page = shown(tanya, made)
    assert "Version 3 by rita, just now" in page and "Version 2 by tanya" in page and "Version 1 by phrasebook" in page
    assert "Version 3 beside version 2" in page and "1 cue changed, 1 cue removed." in page
    assert "Дорогие removed: белорусы added: беларусы !" in page
    assert "0:00.400 – 0:03.000, now 0:00.400 – 0:03.100" in page


def test_any_two_versions_can_be_compared_and_one_that_never_was_is_none(tanya, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    save(tanya, made, rows("Новое слово"), base=2)
    assert "Version 3 beside version 1" in shown(tanya, made, "?version=3&against=1")
    assert "Version 1 beside version 2" in shown(tanya, made, "?version=1&against=2")
    assert "Version 1, the first" in shown(tanya, made, "?version=1")
    for query in ("?version=77", "?version=x&against=-1", "?layer=nonsense", f"?against={10**20}"):
        assert "Version 3 beside version 2" in shown(tanya, made, query)


def test_the_transcript_has_versions_too(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        track = session.get_one(Appeal, made.id).track(Layer.TRANSCRIPT)
        track.add([replace(cast.SAID[0], text="Дарагія людзі."), cast.SAID[1]], "phrasebook")
    page = shown(tanya, made, "?layer=transcript")
    assert "Version 2 beside version 1" in page and "added: людзі" in page
    assert "Make version" not in shown(tanya, made, "?layer=transcript&version=1")


def test_what_cannot_be_changed_offers_no_change(rita, desk):
    for status in (Status.RECEIVED, Status.TRANSCRIBED, Status.RELEASED):
        page = shown(rita, cast.appeal(desk, status), "?version=1")
        assert "Bring" not in page and "Make version" not in page
        assert ("There are no subtitles yet." in page) == (status != Status.RELEASED)


def test_an_old_version_comes_back_as_a_new_one_whose_author_is_who_restored_it(tanya, rita, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    assert "It comes back as version 3." in shown(rita, made, "?version=1")
    assert restore(rita, made, 1, base=2).status_code == 302
    newest = versions(desk, made)[-1]
    assert (newest.number, newest.cues, newest.source) == (3, cast.RUSSIAN, "version 1")
    both = {cast.account(desk, name).id for name in ("tanya", "rita")}
    with desk.db.read() as session:
        track = session.get_one(Appeal, made.id).track(Layer.RUSSIAN)
        assert approval.authors(track.latest) == both
    assert "Version 3 by rita (version 1 again), just now" in shown(tanya, made)


def test_an_old_version_is_not_restored_from_a_page_that_is_too_old(tanya, rita, desk):
    made = cast.appeal(desk)
    save(rita, made)
    for base in (1, 3, "", "x"):
        assert restore(tanya, made, 1, base=base).status_code == 409
    assert restore(tanya, made, 9, base=2).status_code == 400
    sent = cast.appeal(desk, Status.IN_REVIEW)
    assert restore(tanya, sent, 1, base=1).status_code == 409
    assert len(versions(desk, made)) == 2 and len(versions(desk, sent)) == 1


def test_nobody_is_restored_over_while_typing_unless_that_is_meant(tanya, rita, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    ask(tanya, "POST", made, "hold", tab="a", take=False)
    answer = restore(rita, made, 1, base=2)
    assert answer.status_code == 422 and "tanya has this clip open" in answer.text and 'role="alert"' in answer.text
    assert len(versions(desk, made)) == 2
    assert restore(rita, made, 1, base=2, all_the_same="yes").status_code == 302
    assert save(tanya, made, rows("Слово Тани"), base=2).status_code == 409


def test_what_the_newest_version_says_already_is_not_restored(tanya, desk):
    made = cast.appeal(desk)
    answer = restore(tanya, made, 1, base=1)
    assert answer.status_code == 422 and "says exactly that already" in answer.text
    assert len(versions(desk, made)) == 1


def test_cues_of_two_versions_are_paired_by_their_words_and_then_by_their_times():
    assert between([ONE, TWO], [ONE, TWO]) == []
    later = [replace(cue, start=cue.start + 5000, end=cue.end + 5000) for cue in (ONE, TWO)]
    assert [(each.old, each.new) for each in between([ONE, TWO], later)] == [(ONE, later[0]), (TWO, later[1])]
    first, second = Cue(1100, 1400, "Два,"), Cue(1450, 2000, "три!")
    assert between([ONE, TWO, THREE], [ONE, first, second, THREE]) == [Change(None, first, 2), Change(TWO, second, 3)]
    assert between([ONE, TWO, THREE], [THREE]) == [Change(ONE, None, 1), Change(TWO, None, 1)]
    assert between([], [ONE]) == [Change(None, ONE, 1)]


def test_a_settled_doubt_is_a_change_and_so_is_a_moved_cue():
    (settled,) = between([replace(ONE, doubts=("phantom",))], [ONE])
    (moved,) = between([ONE], [replace(ONE, end=900)])
    assert (settled.settled, settled.moved, moved.settled, moved.moved) == (True, False, False, True)


def test_words_that_stay_are_told_from_those_that_go_and_come():
    parts = words("Мы ждём вас.", "Мы все ждём Вас.")
    assert "".join(part.text for part in parts if part.kind != "new") == "Мы ждём вас."
    assert "".join(part.text for part in parts if part.kind != "gone") == "Мы все ждём Вас."
    assert [part.text.strip() for part in parts if part.kind != "same"] == ["все", "вас", "Вас"]
    many = "а " * 250
    assert [part.kind for part in words(many, many + "б")] == ["gone", "new"]


def test_a_thousand_cues_that_all_changed_are_shown(tanya, desk):
    made = cast.appeal(desk)
    old = [Cue(i * 600, i * 600 + 500, f"{RIGHT[0]} {i}") for i in range(1000)]
    with desk.db.write() as session:
        track = session.get_one(Appeal, made.id).track(Layer.RUSSIAN)
        track.add(old, "phrasebook")
        track.add([replace(cue, text=f"{RIGHT[1]} {i}") for i, cue in enumerate(old)], "tanya")
    assert "1000 cues changed." in shown(tanya, made)

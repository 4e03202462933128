"""Subtitles as files: out in every format at any time, in with a clear sentence where they do not fit."""

from __future__ import annotations

import io

from pipeline import formats
from pipeline.cues import Cue
from pipeline.models import Appeal, Status
from tests import cast
from tests.typist import ask, draft_of, russian, save, versions

SRT = "1\n00:00:00,400 --> 00:00:03,000\n<i>Дорогие</i> \u202eбелорусы!\n\n2\n00:00:03,200 --> 00:00:05,200\nМы ждём.\n"


def bring(person: cast.Person, made: Appeal, data: bytes | str, name: str = "hers.srt", base: int = 1, **more: object):
    file = (io.BytesIO(data.encode() if isinstance(data, str) else data), name)
    return person.send(f"/staff/appeals/{made.id}/import", base=base, file=file, **more)


def written(*cues: Cue) -> str:
    return formats.srt(cues)


def test_every_version_can_be_taken_out_at_any_time_under_a_name_that_says_draft(rita, desk):
    kinds = {"srt": "00:00:00,400 -->", "vtt": "WEBVTT", "ass": "PlayResX: 1080", "txt": "Дорогие белорусы, я"}
    for status in (Status.DRAFTED, Status.IN_REVIEW, Status.RELEASED):
        made = cast.appeal(desk, status)
        for kind, holds in kinds.items():
            answer = rita.get(f"/staff/appeals/{made.id}/russian.{kind}")
            assert answer.headers["Content-Disposition"] == f"attachment; filename=appeal-{made.id}-ru-draft-v1.{kind}"
            assert holds in answer.text and cast.RUSSIAN[1].text in answer.text


def test_an_older_version_can_be_taken_out_and_one_that_never_was_cannot(tanya, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    url = f"/staff/appeals/{made.id}/russian"
    assert cast.RUSSIAN[0].text in tanya.get(f"{url}.txt?version=1").text
    assert cast.RUSSIAN[0].text not in tanya.get(f"{url}.txt").text
    assert tanya.get(f"{url}.srt?version=9").status_code == tanya.get(f"{url}.exe").status_code == 404
    assert tanya.get(f"{url}.txt?version=x").text == tanya.get(f"{url}.txt?version=2").text
    nothing = cast.appeal(desk)
    with desk.db.write() as session:
        there = session.get_one(Appeal, nothing.id)
        there.tracks.clear()
    assert tanya.get(f"/staff/appeals/{nothing.id}/russian.srt").text == ""


def test_what_is_taken_out_comes_back_as_it_was(tanya, desk):
    tricky = Cue(3200, 5200, "<b>Да</b> & {нет}\n-->", ("phantom",), origin="apertium")
    made = draft_of(desk, cast.RUSSIAN[0], tricky)
    for kind in ("srt", "vtt"):
        out = tanya.get(f"/staff/appeals/{made.id}/russian.{kind}").text
        answer = bring(tanya, made, out, f"it.{kind}", base=2)
        assert answer.status_code == 422 and "says exactly that already" in answer.text


def test_a_file_becomes_the_newest_version_under_the_name_of_who_brought_it(tanya, desk):
    cues = [Cue(400, 3000, "Дорогие белорусы!"), Cue(3200, 5200, "Мы ждём.")]
    files = {
        "hers.srt": SRT.encode(),
        "from windows.SRT": SRT.encode("cp1251", "ignore"),
        "no name": formats.vtt(cues).encode(),
        "x.ass": formats.ass(cues, 1080, 1920).encode("utf-16"),
    }
    for name, data in files.items():
        made = cast.appeal(desk)
        assert bring(tanya, made, data, name).status_code == 302, name
        newest = versions(desk, made)[-1]
        assert (newest.number, newest.made_by, newest.source) == (2, "tanya", "file")
        assert newest.author_id == cast.account(desk, "tanya").id
        assert newest.cues == cues


def test_cues_that_a_file_did_not_change_keep_what_is_known_about_them(tanya, desk):
    made = cast.appeal(desk)
    bring(tanya, made, written(cast.RUSSIAN[0], Cue(3200, 5200, "Мы ждём.")))
    assert [cue.doubts for cue in russian(desk, made)] == [("low_probability",), ()]


NO_FIT = [
    (b"", "nothing came"),
    (b"\x00\x01\x02" * 50, "This is not a text file."),
    (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, "This is not a text file."),
    ("Дорогие белорусы!", "Line 1 of the file:"),
    ("1\n00:00:01,000 --> soon\nДа\n", "Line 2 of the file: The times cannot be read."),
    (written(Cue(400, 3000, "Раз"), Cue(2900, 4000, "Два")), "Cue 2 begins at 0:02.900, before cue 1 has ended"),
    (written(Cue(400, 9000, "Раз")), "Cue 1 ends after the clip, which is 0:06.000 long."),
    (written(Cue(400, 500, "Раз")), "Cue 1 is shown for 100 ms"),
    (written(Cue(400, 3000, "х" * 501)), "Cue 1 has 501 characters, and 500 is the limit."),
    (written(*[Cue(i, i + 1, "х") for i in range(1001)]), "There are 1001 cues, and 1000 is the limit."),
]


def test_a_file_that_does_not_fit_is_refused_with_a_sentence(tanya, desk):
    made = cast.appeal(desk)
    for data, sentence in NO_FIT:
        answer = bring(tanya, made, data)
        assert answer.status_code == 422 and sentence in answer.text, sentence
        assert answer.text.count("<li>Cue ") <= 20
    assert len(versions(desk, made)) == 1


def test_a_form_without_a_file_or_of_another_page_changes_nothing(tanya, rita, desk):
    made = cast.appeal(desk)
    assert tanya.send(f"/staff/appeals/{made.id}/import", base=1).status_code == 422
    save(rita, made)
    assert bring(tanya, made, SRT, base=1).status_code == 409
    assert bring(tanya, cast.appeal(desk, Status.IN_REVIEW), SRT).status_code == 409
    assert bring(rita, cast.appeal(desk, Status.WITHDRAWN), SRT).status_code == 410
    assert len(versions(desk, made)) == 2


def test_nothing_is_brought_over_somebody_who_types_unless_that_is_meant(tanya, rita, desk):
    made = cast.appeal(desk)
    ask(tanya, "POST", made, "hold", tab="a", take=False)
    assert "tanya has this clip open" in bring(rita, made, SRT).text
    assert bring(rita, made, SRT, all_the_same="yes").status_code == 302


def test_a_file_larger_than_any_subtitles_is_refused(tanya, desk):
    url, form = f"/staff/appeals/{cast.appeal(desk).id}/import", "multipart/form-data; boundary=x"
    assert tanya.post(url, data=b"x" * 3_000_000, content_type=form).status_code == 413

"""Each check finds its fault, says it in a sentence, and what it proposes is safe."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checks import beside, check, mend
from pipeline.cues import Cue
from pipeline.glossary import Term
from pipeline.layout import LANDSCAPE, PORTRAIT, fit
from pipeline.memory import starter
from pipeline.reading.faults import SEVERITIES

CALM = [
    Cue(0, 2500, "Дорогие белорусы,\nя обращаюсь к вам."),
    Cue(3000, 5000, "Не идите на эту войну."),
    Cue(5100, 7000, "Мы ждём вас дома!"),
]


def found(cues, frame=PORTRAIT, **more):
    """Of each finding: the check, how bad it is, and where."""
    return [(each.check, each.severity, each.cue) for each in check(cues, frame, **more)]


def only(check_name, cues, frame=PORTRAIT, **more):
    """The one finding of a check."""
    (finding,) = [each for each in check(cues, frame, **more) if each.check == check_name]
    return finding


def one(text, start=0, end=4000, **more):
    return [Cue(start, end, text, **more)]


def test_nothing_is_wrong_with_a_careful_track():
    assert check(CALM, PORTRAIT) == []
    assert check([], PORTRAIT) == []


def test_a_cue_read_too_fast_is_named_with_its_figures_and_stays_longer_where_there_is_room():
    cues = [Cue(0, 1000, "Мы ждём вас дома, родные!"), Cue(1583, 4000, "Возвращайтесь.")]
    [finding] = check(cues, LANDSCAPE)
    assert (finding.check, finding.severity, finding.cue) == ("too_fast", "error", 0)
    assert finding.sentence == "Cue 1 is read at 25 characters a second; more than 21 cannot be read."
    assert finding.fix == (Cue(0, 1500, "Мы ждём вас дома, родные!"),)
    assert only("too_fast", cues, PORTRAIT).severity == "warning"
    assert only("too_fast", cues, PORTRAIT).sentence.endswith("; above 18 it takes an effort.")
    assert only("too_fast", [replace(cues[0], end=900), replace(cues[1], start=983)], PORTRAIT).fix is None


def test_the_last_cue_stays_longer_as_far_as_the_clip_goes_or_half_a_second():
    cues = [Cue(0, 1000, "Мы поможем каждому, кто откажется стрелять.")]
    assert [only("too_fast", cues, LANDSCAPE, clip_ms=ms).fix[0].end for ms in (None, 2000, 9000)] == [1500, 2000, 2530]
    assert only("too_fast", cues, LANDSCAPE, clip_ms=900).fix is None


def test_a_glimpse_is_an_error_and_less_than_a_second_a_note():
    finding = only("too_short", [Cue(0, 600, "Нет."), Cue(9000, 10_000, "Нет.")])
    assert (finding.severity, finding.fix) == ("error", (Cue(0, 1000, "Нет."),))
    assert finding.sentence == "Cue 1 is shown for 0.6 s; less than 0.7 s cannot be read."
    assert only("too_short", one("Нет.", end=800)).severity == "note"
    assert only("too_short", one("Нет.", 500, 400)).sentence == "Cue 1 ends before it begins."


def test_a_cue_shown_too_long_is_shortened_or_made_two_at_a_clause():
    assert only("too_long", one("Мы ждём вас дома.", end=9000)).fix == (Cue(0, 5000, "Мы ждём вас дома."),)
    first, second = only("too_long", one("Мы ждём вас дома,\nвозвращайтесь живыми.", end=9000)).fix
    assert (first.text, second.text, second.end) == ("Мы ждём вас дома,", "возвращайтесь живыми.", 9000)
    assert first.end + PORTRAIT.gap == second.start


def test_cues_that_overlap_or_stand_too_near_are_parted_at_the_end_of_the_earlier_one():
    later = Cue(2000, 4000, "Не идите на войну.")
    overlap = only("overlap", [Cue(0, 2400, "Мы ждём вас дома."), later])
    assert overlap.sentence == "Cue 1 is still shown for 0.4 s when cue 2 begins."
    assert overlap.fix == (Cue(0, 1917, "Мы ждём вас дома."),)
    near = only("gap", [Cue(0, 1990, "Мы ждём вас дома."), later])
    assert near.sentence == "Only 10 ms lie between cues 1 and 2; it takes 83 to see the change."
    assert near.fix == overlap.fix


def test_an_earlier_cue_is_not_shortened_until_nobody_can_read_it():
    cues = [Cue(1000, 3000, "Мы поможем каждому,\nкто откажется стрелять."), Cue(2000, 4000, "Не идите на войну.")]
    assert only("overlap", cues).fix is None
    assert only("overlap", [cues[1], cues[0]]).sentence == "Cue 2 begins before cue 1 does."
    assert only("overlap", [cues[1], cues[0]]).fix is None


def test_lines_too_many_or_too_long_are_laid_out_anew():
    many = only("too_many_lines", one("Мы\nждём\nвас дома."))
    assert (many.severity, many.fix) == ("error", (Cue(0, 4000, "Мы ждём вас дома."),))
    assert many.sentence == "Cue 1 has 3 lines; 2 are the limit."
    long = only("line_too_long", one("Дорогие белорусы, я обращаюсь к вам."))
    assert long.sentence == "A line of cue 1 has 36 characters; 28 are the limit."
    assert long.fix == (Cue(0, 4000, "Дорогие белорусы,\nя обращаюсь к вам."),)


def test_what_two_lines_cannot_hold_becomes_several_cues_if_there_is_time_for_them():
    text = "Мы поможем каждому, кто откажется стрелять, и мы никогда не забудем, что вы сделали для всех нас."
    cue = Cue(1000, 8000, text, ("unknown_word",))
    fix = only("line_too_long", [cue]).fix
    assert " ".join(" ".join(part.text.split()) for part in fix) == text
    assert (fix[0].start, fix[-1].end) == (1000, 8000) and len(fix) == 2
    assert all(part.doubts == cue.doubts and part.text == fit(part.text, PORTRAIT) for part in fix)
    assert not [each for each in check(fix, PORTRAIT) if each.check != "doubt"]
    assert only("line_too_long", [replace(cue, end=3000)]).fix is None


def test_a_quotation_is_not_cut_in_two():
    text = "«Мы поможем всем, кто откажется стрелять, и никого не забудем». Так она сказала."
    assert only("line_too_long", one(text, end=8000)).fix is None
    assert len(only("line_too_long", one(text.replace("«", "").replace("»", ""), end=8000)).fix) == 2


def test_a_line_that_parts_what_belongs_together_is_broken_elsewhere():
    finding = only("bad_break", one("Я живу в\nВильнюсе уже давно."))
    assert finding.sentence == "Cue 1 parts “в” and “Вильнюсе”, which belong together, by its line break."
    assert finding.fix == (Cue(0, 4000, "Я живу в Вильнюсе уже давно."),)
    assert not check(one("– Я живу в\n– Вильнюсе."), PORTRAIT)  # somebody cut her short
    name = "Александра\nКонстантинопольская."
    assert not check(one(name), PORTRAIT)  # it can stand no other way


def test_a_cue_that_ends_with_a_word_of_the_next_is_noted():
    cues = [Cue(0, 2000, "Мы живём в"), Cue(2100, 4000, "Вильнюсе.")]
    assert only("bad_end", cues).sentence == "Cue 1 ends with “в”, which belongs to “Вильнюсе.” in cue 2."
    assert not check([cues[0], replace(cues[1], text="– В Вильнюсе.")], PORTRAIT)[1:]


@pytest.mark.parametrize(
    ("texts", "lonely"),
    [
        (["Он сказал: «Нет.", "Я не пойду»."], []),
        (["«Так вот: „Нет", "не пойду“», – сказал он."], []),
        (['"Нет"', '"да', 'да"'], []),
        (["Он сказал: «Нет.", "Я не пойду.", "«Да»."], [0]),
        (["Он сказал: «Нет.", "«Да».", "Всё."], [0]),
        (["Нет».", "Да."], [0]),
        (["Да.", "«Он сказал: „Нет».", "Всё."], [1]),
        (['Скажите "нет.'], [0]),
    ],
)
def test_a_quotation_may_run_over_cues_but_has_two_ends(texts, lonely):
    cues = [Cue(3000 * at, 3000 * at + 2800, text) for at, text in enumerate(texts)]
    assert [each.cue for each in check(cues, LANDSCAPE) if each.check == "unbalanced_quotes"] == lonely


def test_what_was_said_and_has_no_russian_is_an_error():
    said = [Cue(0, 2000, "Мы чакаем вас дома."), Cue(2000, 4000, "Жыве Беларусь!")]
    finding = only("untranslated", [Cue(0, 2000, ""), Cue(2100, 4000, "Да здравствует Беларусь!")], spoken=said)
    assert finding.sentence == "Cue 1 has no Russian for what is said: “Мы чакаем вас дома.”."
    assert found(one("", doubts=("unread",))) == [("untranslated", "error", 0)]


@pytest.mark.parametrize(
    ("language", "said", "russian", "sentence"),
    [
        (
            "be",
            "Я звяртаюся да вас ў Мінску.",
            "Я звяртаюся к вам в Мінску.",
            "letters that Russian has not: “Мінску”.",
        ),
        ("kk", "Соғысқа барма.", "Соғыс не нужен.", "letters that Russian has not: “Соғыс”."),
        ("en", "Please go home now.", "Идите home.", "words of the transcript: “home”."),
        ("de", "Ich heiße Anna Müller.", "Меня зовут Anna.", "words of the transcript: “Anna”."),
        ("be", "Мама чакае дома.", "Мама чакае дома.", "is the same as the transcript, letter by letter."),
        ("be", "Я звяртаюся да вас.", "я звяртаюся к вас.", "words of the transcript: “звяртаюся”."),
        ("be", "Ваша маці вас чакае.", "Ваша мать вас чакае.", "words of the transcript: “чакае”."),
        ("be", "Гэта яшчэ не вайна.", "Это яшчэ не вайна.", "words of the transcript: “яшчэ”, “вайна”."),
        ("uk", "Якщо можемо, чекаємо.", "якщо можемо, ждём.", "words of the transcript: “якщо”, “можемо”."),
        ("be", "", "Не идите к войнe.", "letters that Russian has not: “войнe”."),
        ("ru", "Это смерть.", "Это cмерть.", "letters that Russian has not: “cмерть”."),
        ("", "", "Please go home.", "no word in Russian letters."),
        ("en", "Please go home.", "Please go home.", "no word in Russian letters."),
    ],
)
def test_what_was_left_in_the_language_of_the_transcript_is_found(language, said, russian, sentence):
    finding = only("left_in", one(russian), spoken=one(said), language=language)
    assert finding.sentence.endswith(sentence)


@pytest.mark.parametrize(
    ("language", "said", "russian"),
    [
        ("en", "Look at YouTube, NATO and #NoWar.", "Смотрите YouTube, NATO и #NoWar."),
        ("en", "Write to www.help.by/me today.", "Пишите на www.help.by/me сегодня."),
        ("ru", "Мама ждёт дома.", "Мама ждёт дома."),
        ("und", "Мама ждёт дома.", "Мама ждёт дома."),
        ("be", "Мама.", "Мама."),
        ("be", "У тым случае мы дома.", "В том случае мы дома."),
        ("be", "Слухай Лукашэнку.", "Слушай Лукашэнку."),
        ("", "", "Anna Smith Jones."),
        ("", "", "Пишу SMSки в Telegramе, в IT-отдел."),
        ("", "", "#NoWar @anna https://a.b/c"),
    ],
)
def test_what_is_the_same_in_russian_may_stay(language, said, russian):
    assert found(one(russian), LANDSCAPE, spoken=one(said), language=language) == []


def test_no_word_of_the_phrasebook_is_taken_for_one_that_was_left_in():
    for pair in starter():
        findings = found(one(pair.russian), LANDSCAPE, spoken=one(pair.source), language=pair.language)
        assert "left_in" not in [name for name, _, _ in findings]


@pytest.mark.parametrize("unit", ["б", "b", "і", '"', "«а» ", "„“»«”а ", "а ", "а\n", "?", "www."])
def test_a_cue_of_very_many_characters_is_checked_at_once(unit):
    text = unit * (20_000 // len(unit))
    began = time.process_time()
    check(one(text, end=4_000_000), PORTRAIT, spoken=one(text), language="be")
    assert time.process_time() - began < 3


def test_a_line_in_another_language_than_the_track_is_held_against_its_own():
    said = one("Мама ждёт дома.", language="ru")
    assert found(one("Мама ждёт дома."), spoken=said, language="be") == []


def test_a_number_at_the_start_is_noted():
    assert found(one("5 лет я жду его.")) == found(one("– 5 лет.")) == [("number_at_start", "note", 0)]


def test_typed_marks_and_spaces_are_set_right():
    finding = only("typography", one('Скажите "нет" войне.'))
    assert finding.sentence == "Cue 1 has other quotes than «these» and „these“ within."
    assert finding.fix == (Cue(0, 4000, "Скажите «нет» войне."),)
    assert only("double_space", one("Скажите  нет.")).fix == (Cue(0, 4000, "Скажите нет."),)


def test_a_sentence_without_a_mark_at_its_end_is_noted():
    assert found([Cue(0, 2000, "Мы ждём вас"), Cue(2100, 4000, "Возвращайтесь.")]) == [("missing_end_mark", "note", 0)]
    assert found([Cue(0, 2000, "Мы ждём вас"), Cue(2100, 4000, "и любим.")]) == []
    assert found(one("Мы ждём вас #дома")) == found(one("[музыка]")) == []
    assert found(one("Мы ждём «вас»")) == [("missing_end_mark", "note", 0)]
    names = [Cue(0, 2000, "Меня зовут"), Cue(2100, 4000, "Анна.")]
    assert found(names, spoken=[Cue(0, 2000, "My name is"), Cue(2100, 4000, "Anna.")], language="en") == []


def test_the_agreed_word_is_asked_for_where_its_like_is_said():
    terms = (Term("земляки", {"be": ("беларусы",)}),)
    said = one("Дарагія беларусы!")
    finding = only("glossary_ignored", one("Дорогие друзья!"), spoken=said, language="be", glossary=terms)
    assert finding.sentence == "Cue 1 has not the agreed word for what is said: «земляки»."
    assert found(one("Дорогие земляки!"), spoken=said, language="be", glossary=terms) == []


def test_a_doubt_that_nobody_looked_at_is_a_finding():
    finding = only("doubt", one("Мы ждём вас.", doubts=("low_probability", "no_speech")))
    assert finding.sentence.endswith("nobody has looked at it yet: low probability, no speech.")
    assert (finding.severity, finding.fix) == ("warning", None)


def test_findings_come_in_the_order_of_the_cues():
    cues = [Cue(0, 600, "«Нет"), Cue(700, 1000, "5 лет"), Cue(900, 1000, "")]
    places = [each.cue for each in check(cues, PORTRAIT)]
    assert places == sorted(places) and set(places) == {0, 1, 2}


def test_all_fixes_at_once_take_the_time_of_one_and_the_text_of_another():
    cues = [Cue(0, 1000, 'Дорогие "белорусы", я обращаюсь к вам...'), Cue(4000, 6000, "Нет.")]
    (mended, _) = mend(cues, check(cues, PORTRAIT))
    assert mended == Cue(0, 2223, "Дорогие «белорусы»,\nя обращаюсь к вам…")
    assert check([mended, cues[1]], PORTRAIT) == []


PARTS = 'Мы не пойдём в Минске, дома. - " « » ... ... 15 ў #да потому что возвращайтесь !? — Да. '.split(" ")  # noqa: SIM905
TEXTS = st.lists(st.sampled_from([*PARTS, "\n", "\n- ", "х" * 50]), max_size=22).map(" ".join) | st.text(
    'аБ .,-–"«»\n!?…', max_size=60
)
TRACKS = st.lists(
    st.tuples(
        st.sampled_from([-2000, -300, -20, 0, 20, 83, 200, 400, 3000]),
        st.sampled_from([-100, 0, 300, 750, 900, 1500, 3000, 6000, 12_000]),
        TEXTS,
        st.sampled_from([(), ("no_speech",)]),
    ),
    max_size=8,
)


def track(told):
    """Cues one after the other, or over each other where the pause is less than nothing."""
    cues, at = [], 5000
    for pause, length, text, doubts in told:
        start = max(at + pause, 0)
        cues.append(Cue(start, start + length, text, doubts))
        at = start + length
    return cues


@given(TRACKS, st.sampled_from([PORTRAIT, LANDSCAPE]), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=150)
def test_whatever_the_track_mending_it_loses_no_word_and_makes_nothing_worse(told, frame, knows_the_clip):
    cues = track(told)
    more = {"spoken": [replace(cue, text=cue.text + " ўсё home") for cue in cues], "language": "be"}
    more |= {"clip_ms": 60_000} if knows_the_clip else {}
    before = check(cues, frame, **more)
    mended = mend(cues, before)
    after = check(mended, frame, **more)
    letters = [character for cue in cues for character in cue.text if character.isalnum()]
    assert letters == [character for cue in mended for character in cue.text if character.isalnum()]
    if len(mended) == len(cues):
        for old, new in zip(cues, mended, strict=True):
            assert (old.start, old.doubts) == (new.start, new.doubts)
    worst = {each.check: SEVERITIES.index(each.severity) for each in sorted(before, key=rank)}
    for each in after:
        assert each.severity == "note" or rank(each) <= worst[each.check]
    for severity in ("error", "warning"):
        assert count(after, severity) <= count(before, severity)


def rank(finding):
    return SEVERITIES.index(finding.severity)


def count(findings, least):
    """How many are at least so bad; what is wrong with words is not told twice where their cue became two."""
    told_again = {"doubt", "left_in"}
    return sum(rank(each) >= SEVERITIES.index(least) and each.check not in told_again for each in findings)


@given(TRACKS, st.sampled_from([PORTRAIT, LANDSCAPE]))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_each_fix_alone_is_safe_too(told, frame):
    cues = track(told)
    before = check(cues, frame)
    for finding in before:
        if finding.fix:
            after = check(mend(cues, [finding]), frame)
            assert count(after, "error") <= count(before, "error")
            assert count(after, "warning") <= count(before, "warning")


CUES = st.builds(lambda start, length: Cue(start, start + length, str(start)), st.integers(0, 99), st.integers(0, 40))


@given(st.lists(CUES, max_size=8), st.lists(CUES, max_size=8))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_each_line_of_the_transcript_stands_beside_the_cue_that_shares_most_time(cues, spoken):
    expected: list[list[str]] = [[] for _ in cues]
    for line in spoken:
        shared = [min(cue.end, line.end) - max(cue.start, line.start) for cue in cues]
        if shared and max(shared) > 0:
            expected[shared.index(max(shared))].append(line.text)
    assert beside(cues, spoken) == [" ".join(texts) for texts in expected]

"""Words become cues that can be read, parted where a person would part them; times are whole milliseconds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cues import Cue, Word, empty, from_json, from_words, to_json
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, fit

FRAMES = [PORTRAIT, SQUARE, LANDSCAPE]


def words(text, start=0, each=300, probability=1.0, **more):
    """The words of a text, spoken one after the other in the same time."""
    return [
        Word(start + i * each, start + (i + 1) * each, " " + word, probability, **more)
        for i, word in enumerate(text.split())
    ]


def spoken(text, letters_a_second=14):
    """The words of a text as a calm speaker says them, with small pauses at commas and larger ones at points."""
    made, at = [], 500
    for word in text.split():
        end = at + round((len(word) + 1) / letters_a_second * 920)
        made.append(Word(at, end, " " + word, 0.95))
        at = end + (450 if word[-1] in ".!?…" else 180 if word[-1] in ",;:–" else 0)
    return made


def texts(made):
    return [cue.text for cue in made]


def laid_out(text, frame):
    """Each cue of a spoken text in a line, with its own lines parted by a stroke."""
    return [fit(cue.text, frame).replace("\n", " / ") for cue in from_words(spoken(text), frame)]


def test_a_russian_monologue_is_cut_where_an_editor_would_cut_it():
    text = (
        "Здравствуйте. Меня зовут Ольга Петровна, я учительница из Гомеля, и у меня двое взрослых сыновей. Я обращаюсь "
        "сегодня ко всем, кто служит в белорусской армии, и особенно к тем, кому могут приказать перейти границу с "
        "Украиной. Я знаю, что отказаться очень страшно, потому что за отказ вам будут угрожать тюрьмой, но убивать "
        "невинных людей гораздо страшнее. В 2020 году г. Минск вышел на улицы, и мы увидели, что нас много. Нет "
        "значит нет."
    )
    assert laid_out(text, PORTRAIT) == [
        "Здравствуйте.",
        "Меня зовут Ольга Петровна,",
        "я учительница из Гомеля,",
        "и у меня двое / взрослых сыновей.",
        "Я обращаюсь сегодня ко всем,",
        "кто служит / в белорусской армии,",
        "и особенно к тем,",
        "кому могут приказать / перейти границу с Украиной.",
        "Я знаю, что отказаться / очень страшно,",
        "потому что за отказ вам / будут угрожать тюрьмой,",
        "но убивать невинных людей / гораздо страшнее.",
        "В 2020 году г. Минск / вышел на улицы,",
        "и мы увидели, / что нас много.",
        "Нет значит нет.",
    ]
    assert laid_out(text, LANDSCAPE) == [
        "Здравствуйте.",
        "Меня зовут Ольга Петровна, / я учительница из Гомеля,",
        "и у меня двое взрослых сыновей.",
        "Я обращаюсь сегодня ко всем, / кто служит в белорусской армии,",
        "и особенно к тем, кому могут приказать / перейти границу с Украиной.",
        "Я знаю, что отказаться очень страшно,",
        "потому что за отказ вам / будут угрожать тюрьмой,",
        "но убивать невинных людей / гораздо страшнее.",
        "В 2020 году г. Минск вышел на улицы, / и мы увидели, что нас много.",
        "Нет значит нет.",
    ]


def test_a_belarusian_monologue_is_cut_where_an_editor_would_cut_it():
    text = (
        "Я жанчына, маці траіх дзяцей, і я больш не магу маўчаць, бо маўчанне сёння таксама ёсць злачынствам. Мой муж "
        "служыць у войску ўжо пятнаццаць гадоў, і кожны дзень я баюся, што яго пашлюць ваяваць у Украіну. Калі вам "
        "загадаюць перайсці мяжу, адмоўцеся, бо ніхто не мае права прымусіць вас забіваць суседзяў."
    )
    assert laid_out(text, PORTRAIT) == [
        "Я жанчына, / маці траіх дзяцей,",
        "і я больш не магу маўчаць,",
        "бо маўчанне сёння / таксама ёсць злачынствам.",
        "Мой муж служыць у войску / ўжо пятнаццаць гадоў,",
        "і кожны дзень я баюся,",
        "што яго пашлюць / ваяваць у Украіну.",
        "Калі вам загадаюць / перайсці мяжу,",
        "адмоўцеся, / бо ніхто не мае права",
        "прымусіць вас / забіваць суседзяў.",
    ]


def test_no_scrap_of_a_sentence_is_left_over():
    assert laid_out("Яны ведалі, пра што гавораць, бо кожны трэці беларус загінуў тады, у саракавыя.", LANDSCAPE) == [
        "Яны ведалі, пра што гавораць,",
        "бо кожны трэці беларус / загінуў тады, у саракавыя.",
    ]


def test_an_english_monologue_is_cut_where_an_editor_would_cut_it():
    text = (
        "Hello, my name is Catherine Williams and I am a nurse at St. Mary's Hospital in London. I have looked after "
        "soldiers who came back from wars in Iraq and Afghanistan, and every one of them told me the same thing: the "
        "hardest part was not the fear of dying but the memory of what they had done. Mr. Lukashenko will not be there "
        "to comfort your mother."
    )
    assert laid_out(text, LANDSCAPE) == [
        "Hello, my name is Catherine Williams",
        "and I am a nurse / at St. Mary's Hospital in London.",
        "I have looked after soldiers who came back / from wars in Iraq and Afghanistan,",
        "and every one of them / told me the same thing:",
        "the hardest part was not the fear of dying / but the memory of what they had done.",
        "Mr. Lukashenko will not be there / to comfort your mother.",
    ]


def test_what_whisper_heard_in_a_sample_clip_is_cut_by_sentences_whatever_its_times():
    # the phrasebook checkpoint on tests/data/en-landscape.mp4: words of no length, words that stick together
    heard = [
        *(Word(3660, 4220, " My", 1), Word(4220, 4440, " name", 1), Word(4440, 4840, " is", 1)),
        *(Word(4840, 4840, " Anna", 1), Word(4840, 5060, " and", 1), Word(5060, 5680, " I", 1)),
        *(Word(5680, 5680, " live", 1), Word(5680, 5980, " in", 1), Word(5980, 6300, " Vilnius.", 1)),
        *(Word(7020, 7580, " A", 1), Word(7580, 7620, " real", 1), Word(7620, 8040, " hero", 1)),
        *(Word(8040, 8340, " is", 1), Word(8340, 8600, " a", 1), Word(8600, 8800, " man", 1)),
        *(Word(8800, 9040, " who", 1), Word(9040, 9820, " refuses", 1), Word(9820, 9820, " to", 1)),
        Word(9820, 10020, " kill.", 1),
    ]
    assert from_words(heard, LANDSCAPE) == [
        Cue(3660, 6300, "My name is Anna and I live in Vilnius."),
        Cue(7020, 10_020, "A real hero is a man who refuses to kill."),
    ]


def test_a_sentence_is_a_cue():
    made = from_words(words("Не ідзіце на вайну. Мы чакаем вас дома!"), LANDSCAPE)
    assert texts(made) == ["Не ідзіце на вайну.", "Мы чакаем вас дома!"]
    assert (made[0].start, made[1].start) == (0, 1200)


def test_sentences_too_brief_to_be_read_alone_share_a_cue():
    assert texts(from_words(words("Нет. Нет. Я не пойду на эту войну.", each=250), LANDSCAPE)) == [
        "Нет. Нет. Я не пойду на эту войну."
    ]
    assert texts(from_words(words("Нет. Нет. Я не пойду на эту войну.", each=1000), LANDSCAPE)) == [
        "Нет.",
        "Нет.",
        "Я не пойду на эту войну.",
    ]


def test_points_of_abbreviations_initials_and_numbers_end_no_cue():
    text = "Мы с А. Петровой жили в г. Минске, потом, т.е. в 2021 году, на ул. Ленина, и платили 3.5 рубля."
    made = from_words(spoken(text), PORTRAIT)
    assert not [cue.text for cue in made if cue.text.endswith(("А.", "г.", "т.е.", "ул."))]
    assert texts(from_words(words("Am 3. Mai kommt Dr. Braun, z.B. allein."), LANDSCAPE)) == [
        "Am 3. Mai kommt Dr. Braun, z.B. allein."
    ]


def test_no_cue_ends_with_a_word_that_belongs_to_the_next():
    text = (
        "мы просим каждого из вас не стрелять в тех людей которые никогда не сделали вам ничего плохого и не поехать на"
    )
    for frame in FRAMES:
        for cue in from_words(spoken(text), frame)[:-1]:
            assert cue.text.split()[-1] not in {"не", "в", "из", "на", "и", "которые", "тех"}


def test_names_stay_whole():
    text = "вчера вечером по телефону со мной говорила Светлана Тихановская которую знает вся страна"
    assert any("Светлана Тихановская" in cue for cue in texts(from_words(spoken(text), PORTRAIT)))


def test_a_long_pause_parts_a_sentence_and_a_hesitation_after_a_preposition_does_not():
    assert texts(from_words([*words("Ні значит"), *words("ні", start=2000)], PORTRAIT)) == ["Ні значит", "ні"]
    assert texts(from_words([*words("мы живём в"), *words("Минске", start=2000)], PORTRAIT)) == ["мы живём в Минске"]
    assert len(from_words([*words("мы живём в"), *words("Минске", start=4000)], PORTRAIT)) == 2


def test_a_short_cue_stays_a_second_where_there_is_room():
    (alone,) = from_words(words("Не.", each=200), LANDSCAPE)
    assert (alone.start, alone.end) == (0, 1000)


def test_a_fast_cue_stays_until_it_is_read_but_not_long_after_its_last_word():
    (made,) = from_words(words("Берегите себя и своих близких, пожалуйста.", each=150), LANDSCAPE)
    assert made.end == 6 * 150 + 500


def test_a_gap_too_short_to_be_meant_is_closed():
    first, second = from_words([*words("Мы чакаем вас дома."), *words("Жыве наша Беларусь!", start=1600)], LANDSCAPE)
    assert second.start - first.end == LANDSCAPE.gap
    first, second = from_words([*words("Мы чакаем вас дома."), *words("Жыве наша Беларусь!", start=3000)], LANDSCAPE)
    assert first.end < 2000


def test_no_words_are_no_cues():
    assert from_words([], PORTRAIT) == []
    assert from_words([Word(0, 100, " ", 1)], PORTRAIT) == []


def test_words_heard_with_little_certainty_are_doubted_and_doubts_of_words_are_kept():
    heard = [
        *words("Так, так.", each=900),
        *words("Ні, ні.", start=4000, each=900, probability=0.3, doubts=("phantom",)),
    ]
    heard[1] = Word(900, 1800, " Так.", 1, ("repetition", "no_speech"))
    assert [cue.doubts for cue in from_words(heard, PORTRAIT)] == [
        ("repetition", "no_speech"),
        ("phantom", "low_probability"),
    ]


def test_another_language_begins_a_cue_that_names_it():
    heard = [*words("мы кажам"), *words("no means no", start=600, language="en"), *words("і ўсё", start=1500)]
    made = from_words(heard, LANDSCAPE)
    assert [(cue.text, cue.language) for cue in made] == [("мы кажам", ""), ("no means no", "en"), ("і ўсё", "")]
    heard = [Word(0, 900, " так", 1), Word(900, 2000, "-yes", 1, (), "en")]
    assert [cue.language for cue in from_words(heard, LANDSCAPE)] == ["", "en"]


def test_slow_speech_is_cut_before_a_cue_gets_too_long():
    for frame in FRAMES:
        heard = words("мы не хотим на вайну і не пойдзем", each=1900)
        made = from_words(heard, frame)
        assert len(made) > 2
        for word in heard:
            assert any(cue.start <= word.start and word.end <= cue.end + frame.gap for cue in made)


def test_parts_of_a_word_stay_together():
    heard = [Word(0, 300, " кто", 1), Word(300, 400, "-", 1), Word(400, 500, "то", 1), *words("х" * 25, start=500)]
    assert texts(from_words(heard, PORTRAIT))[0].startswith("кто-то")


def test_a_single_wrong_time_does_not_move_the_others():
    heard = words("Мы чакаем вас усіх дома.", start=1000)
    heard[2] = Word(90_000, 90_300, heard[2].text, 1)
    assert [(cue.start, cue.end) for cue in from_words(heard, LANDSCAPE)] == [(1000, 2600)]


WORDS = st.builds(
    lambda start, length, text, language, probability: Word(start, start + length, text, probability, (), language),
    st.integers(-1000, 100_000) | st.sampled_from([0, 5000]),
    st.sampled_from([0, 0, 20, 200, 400, 900, 9000, -500]),
    st.sampled_from(["", " ", " ", " "]).flatmap(
        lambda lead: st.text("аі не.,-–?«»І字", max_size=12).map(lambda letters: lead + letters.replace("  ", " "))
    )
    | st.sampled_from([" не", " г.", " Мінск", " потому", " что", " " + "ы" * 110]),
    st.sampled_from(["", "", "", "en"]),
    st.floats(0, 1),
)


@given(st.lists(WORDS, max_size=60), st.sampled_from(FRAMES), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_whatever_the_words_and_times_no_word_is_lost_and_every_limit_is_kept(heard, frame, in_order):
    if in_order:
        heard.sort(key=lambda word: word.start)
    made = from_words(heard, frame)
    assert "".join("".join(texts(made)).split()) == "".join("".join(word.text for word in heard).split())
    for cue in made:
        assert cue.text and cue.text == cue.text.strip() and cue.start >= 0
        assert frame.glimpse <= cue.end - cue.start <= frame.longest
        if max(map(len, cue.text.split())) <= frame.hard:
            lines = fit(cue.text, frame).split("\n")
            assert len(lines) <= 2 and max(map(len, lines)) <= frame.hard
    assert all(cue.end + frame.gap <= later.start for cue, later in pairwise(made))


@given(
    st.lists(st.tuples(st.sampled_from([0, 20, 300, 1500]), st.integers(50, 900), st.integers(1, 14)), max_size=60),
    st.sampled_from(FRAMES),
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_where_word_times_are_sound_no_cue_begins_before_its_first_word_nor_much_later(told, frame):
    heard, at = [], 0
    for pause, length, letters in told:
        at += pause
        heard.append(Word(at, at + length, " " + "о" * letters, 1))
        at += length
    starts = {word.start for word in heard}
    for cue in from_words(heard, frame):
        assert cue.start in starts or max(start for start in starts if start <= cue.start) > cue.start - frame.shortest


def test_five_hundred_words_at_once_become_cues_one_after_the_other():
    made = from_words([Word(5000, 5000, " слово", 1)] * 500, PORTRAIT)
    assert " ".join(texts(made)) == " ".join(["слово"] * 500)
    assert all(cue.end + PORTRAIT.gap <= later.start for cue, later in pairwise(made))


@pytest.mark.parametrize("frame", FRAMES)
def test_empty_cues_cover_the_speech_in_equal_parts_that_are_not_too_long(frame):
    first, second, third = empty([(500, 500 + frame.longest + 2000), (20_000, 21_000)], "unread", frame)
    assert (first.start, second.end) == (500, 500 + frame.longest + 2000)
    assert second.start - first.end == frame.gap
    assert abs((first.end - first.start) - (second.end - second.start)) <= 1
    assert third == Cue(20_000, 21_000, "", ("unread",))


@given(st.integers(0, 100_000), st.integers(1, 200_000), st.sampled_from(FRAMES))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_empty_cues_cover_any_span(start, length, frame):
    made = empty([(start, start + length)], "unread", frame)
    assert (made[0].start, made[-1].end) == (start, start + length)
    assert all(0 < cue.end - cue.start <= frame.longest for cue in made)
    assert all(later.start - cue.end == frame.gap for cue, later in pairwise(made))


def test_reading_speed_counts_spaces_but_no_line_break():
    assert Cue(0, 2000, "да да\nда").cps == 3.5


def test_cues_survive_json():
    cues = [Cue(0, 1000, "да\nнет", ("unread",)), Cue(2000, 3000, "")]
    assert from_json(to_json(cues)) == cues

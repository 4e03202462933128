"""What the phrasebook cannot know is told from what it knows by how it sounds."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.cues import Word
from pipeline.hearing import guess
from pipeline.hearing.doubt import Segment
from pipeline.layout import PORTRAIT
from pipeline.transcribe import PHRASEBOOK, transcribe
from tests.hearing import model, sample, say, speech_in

SOUNDS = guess.read(PHRASEBOOK)


def said(text, start, end):
    """A segment of one word: only where it begins and ends counts."""
    return Segment((Word(start, end, " " + text, 1.0),), 0, 0, 0)


def test_all_that_the_phrasebook_knows_has_its_sounds():
    assert SOUNDS is not None and len(SOUNDS) == 60
    assert all(len(sounds) == 4 for sounds in SOUNDS.values())


def test_a_model_that_knows_whole_languages_has_none(tmp_path):
    assert guess.read(tmp_path / "small.pt") is None


def test_what_is_said_is_no_guess_and_another_sentence_is():
    samples, speech = sample("ru")
    about = speech[-1][1] - 1000, speech[-1][1]
    assert not guess.guessed(said("Мы ждём вас дома.", *about), samples, speech, SOUNDS)
    assert guess.guessed(said("Мы поддержим вас.", *about), samples, speech, SOUNDS)


def test_a_sentence_without_a_sound_is_a_guess_and_so_is_one_said_into_silence():
    samples, speech = sample("ru")
    assert guess.guessed(said("Привет.", 1000, 3000), samples, speech, SOUNDS)
    assert guess.guessed(said("Мы ждём вас дома.", 0, 300), np.zeros(16_000, np.float32), [], SOUNDS)
    assert guess.guessed(said("Мы ждём вас дома.", 90_000, 91_000), samples, speech, SOUNDS)


def test_sounds_survive_their_file(tmp_path):
    samples, _ = sample("de")
    guess.write(tmp_path / "known.npz", [("Nein.", samples[16_000:32_000]), ("Nein.", samples[32_000:64_000])])
    known = guess.read(tmp_path / "known.pt")
    assert known is not None and [len(sound) for sound in known["Nein."]] == [33, 66]
    assert guess.distance(known["Nein."][0], guess.frames(samples[8_000:40_000])) < guess.UNLIKE


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Мой брат сидит в тюрьме за правду.", "ru+f4"),
        ("Калі ласка, падумайце пра сваіх дзяцей.", "be+f3"),
        ("Heute ist es draußen sehr kalt.", "de+m1"),
        ("Wojna nikomu nie przynosi szczęścia.", "pl+f2"),
        ("We are waiting for you at work.", "en-gb+f3"),  # one word from what it knows
    ],
)
def test_the_phrasebooks_answer_to_what_it_does_not_know_is_doubted(text, voice):
    sound = say(text, voice)
    heard = transcribe(model(), sound, voice[:2], speech_in(sound), PORTRAIT)
    assert heard.cues
    assert all("guess" in cue.doubts or "unread" in cue.doubts for cue in heard.cues)
    assert any(cue.text for cue in heard.cues)


def test_the_phrasebooks_answer_to_what_it_knows_is_not_doubted():
    sound = say("Не идите на эту войну.", "ru+m7")
    heard = transcribe(model(), sound, "ru", speech_in(sound), PORTRAIT)
    assert [(cue.text, cue.doubts) for cue in heard.cues] == [("Не идите на эту войну.", ())]

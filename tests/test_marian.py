"""Models run by CTranslate2, with the tiny one that we trained: the true way, whatever stands in the folder."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from pipeline.memory import starter
from pipeline.russian import marian
from pipeline.russian.answer import Room
from pipeline.russian.engines import parse, translate
from tests.media import BOX

TINY = Path(__file__).parent.parent / "phrasebook" / "marian"


def room(work: Path, seconds: float = 60) -> Room:
    return Room(BOX, work, time.monotonic() + seconds)


@pytest.fixture
def nllb(tmp_path: Path) -> Path:
    """The same weights in a folder that looks like NLLB's: one file of pieces, languages named in the text."""
    folder = shutil.copytree(TINY, tmp_path / "nllb")
    (folder / "source.spm").rename(folder / "sentencepiece.bpe.model")
    (folder / "target.spm").unlink()
    return folder


@pytest.mark.parametrize("language", ["be", "uk", "en", "de", "pl", "lt"])
def test_a_model_like_opus_mt_translates_what_it_learned(language, tmp_path):
    pairs = [pair for pair in starter() if pair.language == language][-12:]
    made = translate([parse(f"ctranslate2:{TINY}")], [pair.source for pair in pairs], language, room(tmp_path))
    assert [each.text for each in made] == [pair.russian for pair in pairs]
    assert {(each.engine, each.unknown) for each in made} == {("marian", ())}


def test_a_model_like_nllb_is_told_the_language(nllb, tmp_path):
    texts = ["Не значыць не.", "Мы чакаем вас дома."]
    assert [each.text for each in marian.ask(nllb, texts, "be", room(tmp_path))] == [
        "Нет значит нет.",
        "Мы ждём вас дома.",
    ]
    pieces = marian.load(nllb).pieces("Не", "be")
    assert pieces[0] == "bel_Cyrl" and pieces[-1] == "</s>"


@pytest.mark.parametrize("language", ["", "fr", "xx"])
def test_a_language_that_the_model_has_no_code_for_is_left_to_others(language, nllb, tmp_path):
    (made,) = translate([parse(f"ctranslate2:{nllb}")], ["Non."], language, room(tmp_path))
    assert made.doubts == ("untranslated", "no_engine")


def test_a_model_into_several_languages_is_told_which(tmp_path):
    folder = shutil.copytree(TINY, tmp_path / "zle")
    pieces = json.loads((folder / "shared_vocabulary.json").read_text())
    (folder / "shared_vocabulary.json").write_text(json.dumps([*pieces[:-1], ">>rus<<"]))
    assert marian.load(folder).pieces("Не", "be")[0] == ">>rus<<"


def test_a_model_that_adds_the_end_itself_gets_no_second_one(tmp_path):
    folder = shutil.copytree(TINY, tmp_path / "converted-from-marian")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"add_source_eos": True}))
    assert marian.load(folder).pieces("Не", "be")[-1] != "</s>"
    assert marian.ask(folder, ["Не значыць не."], "be", room(tmp_path))[0].text == "Нет значит нет."


def test_no_text_leaks_into_its_neighbour(tmp_path):
    texts = [pair.source for pair in starter()][:20]
    together = marian.ask(TINY, texts, "be", room(tmp_path))
    assert together == [marian.ask(TINY, [text], "be", room(tmp_path))[0] for text in texts]


def test_a_word_with_letters_that_it_never_saw_is_named(tmp_path):
    (made,) = marian.ask(TINY, ["Мы чакаем ქართული дома."], "be", room(tmp_path))
    assert made.unknown == ("ქართული",)


def test_what_there_is_no_time_for_stays_empty(tmp_path):
    assert [made.text for made in marian.ask(TINY, ["Не значыць не."] * 3, "be", room(tmp_path, 0))] == [""] * 3


def test_a_text_that_would_be_cut_off_stays_empty_and_harms_no_other(tmp_path):
    made = marian.ask(TINY, ["Не значыць не. " * 200, "Не значыць не."], "be", room(tmp_path))
    assert [each.text for each in made] == ["", "Нет значит нет."]


@pytest.mark.parametrize("file", ["model.bin", "source.spm", "target.spm", "config.json", "shared_vocabulary.json"])
@pytest.mark.parametrize("how", ["missing", "cut off"])
def test_a_broken_folder_is_passed_over(file, how, tmp_path):
    folder = shutil.copytree(TINY, tmp_path / "broken")
    if how == "missing":
        (folder / file).unlink()
    else:
        (folder / file).write_bytes((folder / file).read_bytes()[:100])
    made = translate([parse(f"ctranslate2:{folder}"), parse("apertium")], ["Не ідзіце на вайну."], "be", room(tmp_path))
    assert made[0].engine == "apertium"


def test_a_missing_folder_is_passed_over(tmp_path):
    (made,) = translate([parse(f"ctranslate2:{tmp_path / 'nowhere'}")], ["Так."], "be", room(tmp_path))
    assert made.doubts == ("untranslated", "no_answer")


def test_a_model_is_loaded_once():
    assert marian.load(TINY) is marian.load(TINY)

"""python -m pipeline: all steps on one file, or the checks of one; whatever it is given, it ends with a sentence."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipeline.__main__ import main
from pipeline.config import HERE
from pipeline.cues import Cue
from pipeline.formats import srt, ttml, vtt
from pipeline.transcribe import Transcript
from tests import hostile
from tests.media import CLIPS, ffmpeg, short, streams

TRACKS = {f"{track}.{form}" for track in ("transcript", "russian") for form in ("srt", "vtt", "ttml", "ass")}


def small(name, folder, seconds="3.4"):
    """The beginning of a sample clip in a small picture, so that drawing takes no time."""
    path = folder / "small.mp4"
    ffmpeg("-i", CLIPS / name, "-t", seconds, "-vf", "scale=iw/4:-2", "-preset", "ultrafast", path)
    return path


def test_a_clip_becomes_a_finished_clip_with_its_tracks(tmp_path):
    clip, out = small("be-portrait.mp4", tmp_path), tmp_path / "out"
    command = [sys.executable, "-m", "pipeline", clip, "--out", out, "--language", "be", "--model", "phrasebook"]
    done = subprocess.run([*command, "--profile", "landscape", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Translating\n" in done.stderr
    assert all(re.match(r"\d+ (error|warning|note) [a-z_]+: ", line) for line in done.stdout.splitlines())
    assert {path.name for path in out.iterdir()} == TRACKS | {"finished.mp4"}  # and no scratch is left
    assert "Дарагія беларусы, я звяртаюся да вас." in (out / "transcript.srt").read_text()
    assert "Дорогие беларусы, я обращаюсь к вам." in (out / "russian.vtt").read_text()  # the profile's one line
    assert [stream["codec_name"] for stream in streams(out / "finished.mp4")] == ["h264", "aac"]


def test_a_clip_in_which_nobody_speaks_has_empty_tracks(tmp_path, capsys):
    clip, out = small("no-speech.mp4", tmp_path, "1"), tmp_path / "out"
    assert main([str(clip), "--out", str(out), "--model", "phrasebook"]) == 0
    assert "Nobody speaks" in capsys.readouterr().err
    assert (out / "russian.srt").read_text() == "" and (out / "finished.mp4").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("text_named_mp4", "This file is not a video"),
        ("hls_local", "This file is not a video"),
        ("cut_in_half", "damaged or was cut off"),
        ("audio_only", "sound but no picture"),
        ("video_only", "no sound"),
    ],
)
def test_a_bad_clip_ends_with_one_sentence(name, sentence, tmp_path, capsys):
    clip, out = hostile.ALL[name](tmp_path), tmp_path / "out"
    assert main([str(clip), "--out", str(out), "--model", "phrasebook"]) == 1
    last = capsys.readouterr().err.strip().split("\n")[-1]
    assert sentence in last and "Traceback" not in last
    assert list(out.iterdir()) == []


def test_a_clip_that_is_not_there_ends_with_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.mp4"), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.strip().split("\n")[-1] == "There is no file nothing.mp4."


def test_a_model_that_is_not_there_ends_with_one_sentence(tmp_path, capsys):
    clip = short("ru-portrait.mp4", tmp_path, 1)
    assert main([str(clip), "--out", str(tmp_path / "out"), "--model", "no/such.pt"]) == 1
    assert capsys.readouterr().err.endswith("There is no speech model of this name, and no such file.\n")


FAST = (
    "1\n00:00:01,000 --> 00:00:01,300\nДорогие белорусы, я обращаюсь к вам.\n\n2\n00:00:03,000 --> 00:00:05,000\nДа.\n"
)


def check(capsys, *arguments):
    """Exit status, lines on stdout and what was said of failure."""
    status = main(["check", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


def test_check_says_what_is_wrong_one_line_a_finding(tmp_path, capsys):
    file = tmp_path / "a.srt"
    file.write_bytes(FAST.encode("cp1251"))
    status, lines, said = check(capsys, file)
    assert status == 1 and said == ""
    assert any(re.fullmatch(r"1 error too_fast: \S.*\.", line) for line in lines)
    assert not [line for line in lines if not re.fullmatch(r"\d+ (error|warning|note) [a-z_]+: \S.*", line)]


def test_check_of_a_good_file_is_0_and_of_a_bad_one_2(tmp_path, capsys):
    good, bad = tmp_path / "a.vtt", tmp_path / "b.srt"
    good.write_text(vtt([Cue(3000, 5000, "Мы ждём вас дома.")]))
    bad.write_text(FAST.replace("00:00:05,000", "5 секунд"))
    assert check(capsys, good) == (0, [], "No check found anything.\n")
    status, lines, said = check(capsys, bad)
    assert (status, lines) == (2, []) and said.startswith("b.srt, line 6: The times cannot be read.")
    assert check(capsys, tmp_path / "c.srt") == (2, [], "There is no file c.srt.\n")
    assert check(capsys, tmp_path) == (2, [], f"{tmp_path.name} is a folder, not a file.\n")
    assert check(capsys, good, "--spoken", bad, "--language", "be")[0] == 2


def test_check_says_what_it_left_out_and_counts_in_order_of_time(tmp_path, capsys):
    file = tmp_path / "a.srt"
    empty = "\n3\n00:00:06,000 --> 00:00:07,000\n\n\n4\n00:00:08,000 --> 00:00:09,000\n\n"
    file.write_text(f"{FAST}{empty}\n5\n00:00:00,000 --> 00:00:00,900\nДа.\n")
    _, lines, said = check(capsys, file)
    assert said.splitlines() == [
        "a.srt: 2 cues without text were left out.",
        "a.srt: 1 cue was out of order; all are counted in order of time.",
    ]
    assert any(line.startswith("2 error too_fast") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.srt", "--language", "xx"], "'xx' is no language"),
        (["a.srt", "--spoken", "a.srt"], "--spoken needs --language"),
    ],
)
def test_check_refuses_a_language_that_nobody_knows_and_a_transcript_without_one(
    arguments, words, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.srt").write_text(FAST)
    status, lines, said = check(capsys, *arguments)
    assert (status, lines) == (2, []) and words in said and said.count("\n") == 1
    assert check(capsys, "a.srt", "--language", "ga")[0] == 2  # Irish is not taught, nor in the campaign
    assert [check(capsys, "a.srt", "--language", code)[0] for code in ("und", "other", "mul", "fr")] == [1] * 4


def test_a_language_that_nobody_knows_stops_before_anything_is_made(tmp_path, capsys):
    (tmp_path / "a.mp4").touch()
    assert main([str(tmp_path / "a.mp4"), "--out", str(tmp_path / "out"), "--language", "klingon"]) == 2
    assert "'klingon' is no language" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_language_that_is_not_declared_is_detected_with_the_weights_of_the_environment(tmp_path, monkeypatch):
    asked, weights = [], tmp_path / "weights"
    monkeypatch.setenv("WEIGHTS_DIR", str(weights))
    monkeypatch.setattr("pipeline.__main__.load_model", lambda *given: asked.append(given))

    def hear(model, samples, language, *rest):
        asked.append(language)
        return Transcript("be", (), "small")

    monkeypatch.setattr("pipeline.__main__.transcribe", hear)
    clip, out = small("no-speech.mp4", tmp_path, "1"), tmp_path / "out"
    assert main([str(clip), "--out", str(out), "--model", "small", "--language", "und"]) == 0
    assert asked == [("small", "whisper", weights, False), None]


def test_the_profile_and_the_transcript_change_what_check_finds(tmp_path, capsys):
    russian, spoken = tmp_path / "ru.srt", tmp_path / "be.ttml"
    russian.write_text(srt([Cue(1000, 4000, "Настоящий герой тот, кто не убивает.")]))
    spoken.write_text(ttml([Cue(1000, 4000, "Сапраўдны герой з Беларусі той, хто не забівае.")]))
    portrait, landscape = (check(capsys, russian, "--profile", name)[1] for name in ("portrait", "landscape"))
    assert any("line_too_long" in line for line in portrait) and not landscape
    found = check(capsys, russian, "--profile", "landscape", "--spoken", spoken, "--language", "be")[1]
    assert any("Беларусь" in line for line in found)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "are required: clip, --out"),
        (["check"], "are required: file"),
        (["a.mp4", "--out", "b", "--engine", "slow"], "invalid choice: 'slow'"),
        (["a.mp4", "--out", "b", "--profile", "round"], "invalid choice: 'round'"),
        (["check", "a.srt", "--profile", "round"], "invalid choice: 'round'"),
        (["check", "a.srt", "--fast"], "nrecognized arguments: --fast"),
    ],
)
def test_a_wrong_option_ends_with_one_sentence(arguments, words, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    said = capsys.readouterr().err
    assert end.value.code == 2 and words in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[captions]\nstyle = 1", "style must be one of"),
        ("[[glossary]]\nspoken = 1", "glossary"),
        ("[engines]\nbe = 1", "[engines]"),
        ("[", "document"),
    ],
)
def test_a_campaign_that_cannot_be_used_ends_with_one_sentence(toml, words, tmp_path, capsys, monkeypatch):
    campaign = tmp_path / "campaign.toml"
    whole = (HERE / "campaign.toml").read_text()
    campaign.write_text(whole.partition("[engines]")[0].replace("[captions]", "[left_out]") + toml)
    monkeypatch.setenv("CAMPAIGN_FILE", str(campaign))
    (tmp_path / "a.srt").write_text(FAST)
    status, lines, said = check(capsys, tmp_path / "a.srt")
    assert (status, lines) == (2, []) and words in said and said.startswith("campaign.toml cannot be used: ")


def test_a_full_disk_ends_with_one_sentence(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    small_disk = ["bwrap", "--dev-bind", "/", "/", "--size", "200000", "--tmpfs", out]
    command = [sys.executable, "-m", "pipeline", CLIPS / "ru-portrait.mp4", "--out", out]
    done = subprocess.run([*small_disk, *command], capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "The disk is full.")

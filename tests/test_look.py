"""Captions in the picture, by pixels: inside what the networks leave free, off the logo, whatever was typed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from pipeline import look
from pipeline.cues import Cue
from pipeline.formats import ass
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, fit
from pipeline.look import STYLES, Box, Look, area
from pipeline.subtitles.fitting import fitted
from tests.media import ffmpeg

FRAMES = {frame.name: frame for frame in (PORTRAIT, SQUARE, LANDSCAPE)}
#: Where a caption may be: left, right, top, bottom. Of a portrait frame the networks leave this much free, of the
#: others some screens cut off a twentieth of each side.
SAFE = {"portrait": (65, 900, 270, 1440), "square": (54, 1026, 54, 1026), "landscape": (96, 1824, 54, 1026)}
NOISE = 8  # grey levels that no eye sees


def drawn(texts, frame, chosen, folder):
    """Left, right, top and bottom of what each text changes in a grey picture; and the pictures."""
    cues = [Cue(1000 * i, 1000 * i + 1000, text) for i, text in enumerate(texts)]
    (folder / "a.ass").write_text(ass(cues, frame.width, frame.height, chosen))
    grey = f"color=0x808080:s={frame.width}x{frame.height}:r=1:d={len(texts)},format=yuv420p"
    raw = ffmpeg(
        "-f", "lavfi", "-i", grey, "-vf", f"ass='{folder / 'a.ass'}'", "-f", "rawvideo", "-pix_fmt", "gray", "-"
    )
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, frame.height, frame.width)
    found = []
    for picture in pictures:
        changed = abs(picture.astype(int) - int(picture[0, 0])) > NOISE
        rows, columns = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
        found.append((columns[0], columns[-1], rows[0], rows[-1]))
    return found, pictures


def absurd(frame):
    """Texts that should never have become one cue, and the longest that the rules allow."""
    return [
        "Ж" * frame.hard + "\n" + "Щ" * frame.hard,
        ("Мы ждём вас дома, " * 3)[: frame.hard] + "\n" + ("Не идите на войну " * 3)[: frame.hard],
        " ".join(["слово", "которое", "не", "помещается"] * 10),
        "превысокомногорассмотрительствующий" * 3 + "жжжжж",
        "Да " + "w" * 1900 + " нет",
        "\n".join(["строка"] * 30),
        "👍🏽 世界 " * 12,
        "раз\n\nдва",
    ]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", FRAMES)
def test_captions_stay_where_the_networks_leave_room_whatever_was_typed(name, style, tmp_path):
    left, right, top, bottom = SAFE[name]
    found, _ = drawn(absurd(FRAMES[name]), FRAMES[name], Look(style), tmp_path)
    for x0, x1, y0, y1 in found:
        assert left <= x0 < x1 <= right and top <= y0 < y1 <= bottom


@pytest.mark.parametrize("name", FRAMES)
def test_two_lines_of_the_length_that_we_wish_for_are_drawn_in_full_size(name):
    frame = FRAMES[name]
    text = fit("Настоящий герой тот, кто отказывается убивать.", frame)
    for style in STYLES:
        chosen = look.style_for(frame.width, frame.height, Look(style))
        size, lines = fitted(text, chosen.font, chosen.area.width, chosen.area.height)
        assert size == frame.font and lines == [[line] for line in text.split("\n")]


def test_a_long_cue_is_smaller_and_a_word_too_long_is_parted():
    style = look.style_for(1080, 1920)
    many, _ = fitted("слово " * 40, style.font, style.area.width, style.area.height)
    size, (parts,) = fitted("ж" * 110, style.font, style.area.width, style.area.height)
    assert many < style.font * 0.9 and size < style.font * 0.9
    assert len(parts) > 1 and "".join(parts) == "ж" * 110


LOGOS = {
    "bottom right": Box(0.75, 0.68, 0.25, 0.1),
    "bottom left": Box(0, 0.65, 0.3, 0.35),
    "bottom": Box(0, 0.7, 1, 0.3),
    "middle": Box(0.3, 0.4, 0.4, 0.15),
    "right": Box(0.78, 0, 0.22, 1),
    "left": Box(0, 0, 0.2, 1),
    "top": Box(0, 0, 1, 0.2),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("place", LOGOS)
def test_captions_never_cover_the_logo(place, name, tmp_path):
    frame, logo = FRAMES[name], LOGOS[place]
    texts = [fit("Настоящий герой тот, кто отказывается убивать.", frame), "слово " * 40, "ж" * 110]
    _, pictures = drawn(texts, frame, Look("box", logo), tmp_path)
    rows = slice(round(logo.top * frame.height), round(logo.bottom * frame.height))
    columns = slice(round(logo.left * frame.width), round(logo.right * frame.width))
    for picture in pictures:
        assert picture.min() < 60 and picture.max() > 200  # there are captions
        assert np.ptp(picture[rows, columns]) <= NOISE


def test_a_logo_that_is_not_in_the_way_moves_nothing():
    plain = area(1080, 1920)
    assert area(1080, 1920, Box(0, 0, 1, 0.1)) == plain
    assert area(1080, 1920, Box(0.1, 0.9, 0.2, 0.1)) == plain
    high = area(1080, 1920, Box(0.1, 0.15, 0.3, 0.1))
    assert (high.left, high.right, high.bottom) == (plain.left, plain.right, plain.bottom)


@pytest.mark.parametrize("name", FRAMES)
def test_hashtags_stand_above_all_captions(name, tmp_path):
    frame = FRAMES[name]
    style = look.style_for(frame.width, frame.height, Look(hashtags="#NoMeansNo #NoWar"))
    assert style.tags.top == pytest.approx(look.style_for(frame.width, frame.height).area.top)
    assert style.tags.bottom == style.area.top
    plain = ass([], frame.width, frame.height, Look(hashtags="#NoWar"))
    assert "#NoWar" not in plain and "#NoWar" in ass([], frame.width, frame.height, Look(hashtags="#NoWar"), marks=True)


def test_the_look_of_a_small_clip_is_that_of_a_large_one():
    large, small = look.style_for(1080, 1920), look.style_for(540, 960)
    assert small.font * 2 == large.font and round(small.area.left * 2) == pytest.approx(round(large.area.left), abs=2)


def test_what_a_campaign_may_set():
    assert look.read({}) == look.PLAIN
    assert look.read({"style": "box"}) == Look("box")
    table = tomllib.loads("logo = { left = 0.8, top = 0.05, width = 0.15, height = 0.1 }")
    assert look.read(table).logo == Box(0.8, 0.05, 0.15, 0.1)
    assert look.read({"hashtags": True}, hashtags="#NoWar").hashtags == "#NoWar"
    assert look.read({}, hashtags="#NoWar").hashtags == ""
    campaign = Path(__file__).parent.parent / "campaign.toml"
    assert look.read(tomllib.loads(campaign.read_text("utf-8")).get("captions", {})).style in STYLES


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('style = "gold"', "must be one of soft, box, outline, not 'gold'"),
        ("style = 3", "must be one of"),
        ("style = []", "must be one of"),
        ("colour = 1", "no setting 'colour'"),
        ("hashtags = 1", "hashtags must be true or false"),
        ("logo = { file = 1 }", "the name of a PNG in quotes"),
        ('logo = { file = "none.png" }', "none.png cannot be read"),
        ('logo = { file = "README.md" }', "must be a PNG"),
        ("logo = 1", "needs left, top, width and height"),
        ("logo = { left = 0, top = 0, width = 0.1 }", "needs left, top, width and height"),
        ("logo = { left = 0, top = 0, width = 0.1, height = 0.1, size = 1 }", "and nothing else"),
        ("logo = { left = 0, top = 0, width = 10, height = 0.1 }", "width must be a share of the frame"),
        ("logo = { left = true, top = 0, width = 0.1, height = 0.1 }", "left must be a share of the frame"),
        ('logo = { left = "0", top = 0, width = 0.1, height = 0.1 }', "left must be a share of the frame"),
        ("logo = { left = nan, top = 0, width = 0.1, height = 0.1 }", "left must be a share of the frame"),
        ("logo = { left = 0.5, top = 0, width = 0.6, height = 0.1 }", "inside the frame"),
        ("logo = { left = 0.5, top = 0, width = 0, height = 0.1 }", "have a width and a height"),
        ("logo = { left = 0.1, top = 0.1, width = 0.8, height = 0.8 }", "leaves no room for captions in a portrait"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(toml, words):
    with pytest.raises(ValueError) as failure:
        look.read(tomllib.loads(toml), Path(__file__).parent.parent)
    assert words in str(failure.value) and str(failure.value).startswith("[captions]")


def test_a_table_that_is_none_is_refused():
    with pytest.raises(ValueError, match="must be a table"):
        look.read("soft")

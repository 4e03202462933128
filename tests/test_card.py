"""The closing card: all of it can be read, in every frame, by people and by the cameras of their phones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.card import PAPER, Card, added, read
from pipeline.cues import Cue
from pipeline.formats import ass
from pipeline.look import PLAIN
from tests.media import ffmpeg

FRAMES = [(1080, 1920), (1920, 1080), (1080, 1350), (1080, 1080), (540, 960)]
ADDRESS = "https://example.org/help"
LINES = ("Отказаться воевать — это смелость.", "Перешлите это видео тому, кому оно нужно.")
CARD = Card(3, LINES, "+375 17 000-00-00", ADDRESS)
TAGS = ("#NoMeansNo", "#NoWar", "#StandUpWithUkraine")
DARK = round(np.mean([PAPER.r, PAPER.g, PAPER.b]))


def pictures(card, size, folder, captions=()):
    """Grey pictures before the card and on it, over a white clip."""
    width, height = size
    text = added(ass(captions, width, height, PLAIN), card, TAGS, size, 1000)
    (folder / "card.ass").write_text(text)
    white = f"color=white:s={width}x{height}:r=1:d=2,ass={folder / 'card.ass'}"
    raw = ffmpeg("-f", "lavfi", "-i", white, "-f", "rawvideo", "-pix_fmt", "gray", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width)


@pytest.mark.parametrize("size", FRAMES, ids=[f"{wide}x{high}" for wide, high in FRAMES])
def test_the_card_covers_the_frame_and_its_code_opens_the_address(size, tmp_path):
    before, on = pictures(CARD, size, tmp_path, [Cue(0, 2000, "Под нею")])
    assert np.median(before) > 250, "not a moment too early"
    assert cv2.QRCodeDetector().detectAndDecode(on)[0] == ADDRESS
    edge = on[:, : size[0] // 25]
    assert abs(int(edge.max()) - DARK) < 12 and abs(int(edge.min()) - DARK) < 12, (
        "nothing shines through, nothing is cut"
    )
    rows = np.nonzero((on > 200).any(axis=1))[0]
    assert rows.min() > 0.02 * size[1] and rows.max() < 0.98 * size[1]


def test_more_than_fits_is_drawn_smaller(tmp_path):
    long = Card(4, ("Никто не обязан убивать, и никто не обязан умирать на чужой войне. " * 3,) * 4, address=ADDRESS)
    _before, on = pictures(long, (1920, 1080), tmp_path)
    rows, columns = np.nonzero(on > 200)
    assert rows.min() > 20 and rows.max() < 1060 and columns.min() > 90 and columns.max() < 1830
    assert cv2.QRCodeDetector().detectAndDecode(on)[0] == ADDRESS


def test_a_card_of_words_only_has_no_code(tmp_path):
    _before, on = pictures(Card(2, ("Нет значит нет.",)), (540, 960), tmp_path)
    assert (on > 200).any() and not cv2.QRCodeDetector().detectAndDecode(on)[0]


WHOLE = {"seconds": 3, "lines": [*LINES], "hotline": "+375 17 000-00-00", "address": ADDRESS}


def test_the_card_of_the_campaign_is_read():
    assert read(WHOLE) == CARD
    assert read(None) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seconds": 5}, "2, 3 or 4"),
        ({"seconds": True}, "2, 3 or 4"),
        ({"lines": []}, "list of texts"),
        ({"lines": "one"}, "list of texts"),
        ({"address": "http://example.org"}, "https://"),
        ({"hotline": 112}, "text in quotes"),
        ({"lines": [r"{\\pos(0,0)}no"]}, "braces"),
        ({"colour": "red"}, "nothing else"),
    ],
)
def test_a_card_that_makes_no_sense_is_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        read(WHOLE | wrong)

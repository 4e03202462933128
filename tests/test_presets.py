"""What the networks take: numbers that can be true, for every network of the campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.campaign import Campaign
from pipeline.layout import profile
from pipeline.presets import CHECKED, PRESETS, for_networks

CAMPAIGN = Campaign.load(Path(__file__).parent.parent / "campaign.toml")


def test_every_network_of_the_campaign_has_a_preset_and_no_other_one_has():
    assert {preset.network for preset in PRESETS.values()} == {*CAMPAIGN.networks}


def test_presets_come_for_the_networks_that_are_asked_for_in_the_order_of_the_file():
    assert [preset.name for preset in for_networks(["x", "youtube"])] == ["youtube", "shorts", "x"]
    assert for_networks(["orkut"]) == []


def test_the_day_of_the_last_check_is_no_day_to_come():
    assert date.today() >= CHECKED


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_numbers_of_a_preset_can_be_true(preset):
    assert preset.width % 2 == preset.height % 2 == 0 and min(preset.width, preset.height) >= 1080
    assert 0 < preset.min_ms < preset.max_ms and preset.min_fps < 30 < preset.max_fps
    zone = preset.zone
    assert zone.left >= 0 and zone.left + zone.width <= 1 and zone.top >= 0 and zone.top + zone.height <= 1
    assert zone.width * zone.height > 0.4, "most of the frame can be seen"
    assert not preset.srt or preset.srt.format(name="clip").startswith("clip.ru")
    assert preset.text_chars >= 280


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_captions_stand_where_the_network_lays_nothing_over_them(preset):
    frames = [(preset.width, preset.height), (preset.height, preset.width)][: 2 if preset.own_frame else 1]
    for width, height in frames:
        rules, zone = profile(width, height), preset.zone
        assert rules.left / rules.width >= zone.left and 1 - rules.right / rules.width <= zone.right
        assert rules.top / rules.height >= zone.top and 1 - rules.bottom / rules.height <= zone.bottom


def test_what_a_preset_asks_for_fits_into_its_largest_file_for_a_clip_of_three_minutes():
    tight = [name for name, it in PRESETS.items() if 180 * (it.max_kbps + it.audio_kbps) * 125 > it.max_bytes]
    assert tight == ["telegram"], "the others need no second try"

"""Settings come from the environment, with a clear word when they cannot; README lists each of them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline.campaign import Campaign
from pipeline.config import HERE, Settings


def test_without_any_variable_everything_lies_in_one_folder(tmp_path):
    settings = Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/appeals.sqlite3"
    assert settings.storage_url == f"file://{tmp_path}/media"
    assert settings.port == 8000


def test_the_key_is_made_once_kept_and_readable_by_nobody_else(tmp_path):
    first, second = (Settings.from_env({"DATA_DIR": str(tmp_path)}).secret_key for _ in range(2))
    assert first == second
    assert len(first) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_share_one_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = threads.map(lambda _: Settings.from_env({"DATA_DIR": str(tmp_path)}).secret_key, range(16))
        assert len(set(made)) == 1
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["seal_key", "secret_key"]


@pytest.mark.parametrize(("name", "text"), [("PORT", "eighty"), ("PORT", "-1"), ("HTTPS", "maybe"), ("PORT", "８０")])
def test_a_value_that_cannot_be_read_is_named(tmp_path, name, text):
    with pytest.raises(ValueError, match=name):
        Settings.from_env({"DATA_DIR": str(tmp_path), name: text})


def test_an_empty_variable_counts_as_not_set(tmp_path):
    assert Settings.from_env({"DATA_DIR": str(tmp_path), "PORT": ""}).port == 8000


def test_the_readme_lists_every_setting_and_no_other():
    table = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", Path(HERE, "README.md").read_text(), re.MULTILINE)
    known = {field.name.upper(): field.metadata["doc"] for field in fields(Settings)}
    assert {name: doc for name, _, doc in table} == known


def test_the_campaign_file_of_this_repository_can_be_read():
    campaign = Campaign.load(HERE / "campaign.toml")
    assert campaign.two_people
    assert {"be", "ru", "uk", "en", "de", "pl", "lt"} == set(campaign.languages)
    assert campaign.limits.max_ms == 180_000
    assert "\n" not in campaign.words_in("xx").consent


def test_who_only_reads_the_settings_writes_nothing(tmp_path):
    given = {"DATA_DIR": str(tmp_path / "data"), "TRANSLATE_KEY": "abc", "CAMPAIGN_FILE": "other.toml"}
    settings = Settings.without_key(given)
    assert (settings.translate_key, settings.campaign_file, settings.secret_key) == ("abc", Path("other.toml"), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "instead", "sentence"),
    [
        ("hashtags = .*", "hashtags = 5", "hashtags must be a list, not 5."),
        ("hashtags = .*", "hashtags = [5]", "hashtags: each must be text in quotes."),
        ("min_seconds = 3", 'min_seconds = "3"', "min_seconds must be a whole number, not '3'."),
        ("min_seconds = 3", "min_seconds = true", "min_seconds must be a whole number, not True."),
        ("min_seconds = 3", "", "min_seconds is missing."),
        ("name = .*", "name = 5", "name must be text in quotes, not 5."),
        ("two_people = true", "two_people = 1", "two_people must be true or false, not 1."),
        ('be = "Бел.*"', "be = 5", "languages: each must be text in quotes."),
        (r'(?s)consent = """.*?"""', "consent = 5", "consent must be text in quotes, not 5."),
        ('original = "prepared"', 'original = "never"', "original must be one of prepared, released, withdrawn"),
        ("leave_to = .*", 'leave_to = "javascript:alert(1)"', "leave_to must be an address"),
        (r"risks = \[", "risks = [5,", "risks, say: each must be text in quotes."),
        (r"\[words.en\]", "[words.eo]", "words.en is missing."),
        (r"\[consent\]", "[left_out]", "consent is missing."),
    ],
)
def test_a_campaign_file_that_is_wrong_is_refused_with_a_sentence(line, instead, sentence, tmp_path):
    text, changed = re.subn(line, instead, (HERE / "campaign.toml").read_text(), count=1)
    (tmp_path / "campaign.toml").write_text(text)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Campaign.load(tmp_path / "campaign.toml")
    assert changed

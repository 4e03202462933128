"""The form: what it asks, what it says beside it, and that nothing typed is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.base import now
from pipeline.consent import Choices, Naming
from pipeline.models import Consent
from tests import cast
from tests.test_submit import TOKEN, appeals, send
from web import news
from web.form import Form

SOON = (now() + timedelta(days=100)).date().isoformat()

#: Everything that can be typed, none of it as it is at first.
TYPED = {
    "language": "und",
    "name": "Ганна «К» & <b>",
    "naming": "first",
    "country": "Літва",
    "show_country": "yes",
    "not_before": SOON,
    "contact": "@hanna",
    "consent": "yes",
    **{f"network-{key}": None for key in cast.NETWORKS if key != "x"},
}


def kept(page: str) -> dict[str, str]:
    """What a browser would send of this page's form."""
    form = page[page.index('<form id="send"') :]
    tags = re.findall(r"<input ([^>]*)>", form)
    found = {}
    for tag in tags:
        named = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if named.get("type") not in {"checkbox", "radio"} or re.search(r"\schecked\b", tag):
            found[named.get("name", "")] = named.get("value", "")
    chosen = re.search(r'<option value="([^"]*)"[^>]* selected', form)
    return found | {"language": chosen[1] if chosen else ""}


REFUSALS = {
    "no video": ({"video": None}, 400),
    "no video at all": ({"video": b"text"}, 415),
    "no consent": ({"consent": None}, 400),
    "a day long past the next year": ({"not_before": "2999-01-01"}, 400),
    "cut off": ({"whole": None}, 400),
    "an upload that is gone": ({"video": None, "upload": "0-" + "a" * 32}, 410),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_was_typed_survives_every_refusal(stranger, desk, why):
    change, code = REFUSALS[why]
    answer = send(stranger, **(TYPED | change))
    fields = kept(answer.text)
    assert (answer.status_code, appeals(desk)) == (code, [])
    for name, value in {**TYPED, "token": TOKEN, **change}.items():
        if name not in {"video", "whole", "upload"}:
            shown = (value or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            assert fields.get(name, "") == shown, name


def test_what_was_typed_survives_a_change_of_the_language(stranger):
    page = send(stranger, video=None, **TYPED).text
    switch = page[page.index('<details class="languages">') : page.index("</details>")]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', switch))
    hidden = {
        name: value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for name, value in hidden.items()
    }
    again = stranger.post("/?lang=be", data=hidden)
    assert again.status_code == 200 and '<html lang="be"' in again.text
    english, belarusian = kept(page), kept(again.text)
    assert belarusian.pop("seen") == cast.seen(stranger, "/?lang=be") != english.pop("seen")
    assert belarusian == english


def test_a_form_is_what_it_is_made_of(desk):
    full = Form(
        language="be",
        naming=Naming.FIRST,
        name="Hanna K.",
        country="Latvia",
        show_country=True,
        contact="@h",
        consent=True,
    )
    assert Form.read(full.fields(), desk.campaign) == full
    assert Form.read({}, desk.campaign).fields().keys() == Form().fields().keys()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"video": None}, "video"),
        ({"language": None}, "language"),
        ({"name": "x" * 61}, "name"),
        ({"country": "x" * 61}, "country"),
        ({"contact": "x" * 121}, "contact"),
        ({"not_before": "tomorrow"}, "not_before"),
        ({"consent": None}, "consent"),
        ({f"network-{key}": None for key in cast.NETWORKS}, "networks"),
    ],
)
def test_what_is_wrong_leads_to_its_field_and_is_told_beside_it(stranger, change, field):
    page = send(stranger, **change).text
    assert f'<a href="#{field}">' in page and f'id="{field}-wrong"' in page
    tag = re.search(rf'<\w+ [^>]*id="{field}"[^>]*>', page)
    described = re.search(r'aria-describedby="([^"]+)"', tag[0])
    assert f"{field}-wrong" in described[1].split()


def test_she_reads_what_to_say_the_risks_at_the_choice_and_what_is_kept(stranger, desk):
    page = stranger.get("/").text
    words = desk.campaign.words["en"]
    order = [*words.say, words.example, words.risks[1], 'id="video"', words.risks[0], 'id="name"', words.consent]
    places = [page.index(text) for text in (*order, "What we keep", 'id="send-button"')]
    assert places == sorted(places)


@pytest.mark.parametrize("until", news.ORIGINAL)
def test_she_reads_when_her_file_is_destroyed(stranger, desk, until):
    object.__setattr__(desk.campaign, "retention", replace(desk.campaign.retention, original=until))
    assert str(news.ORIGINAL[until]) in stranger.get("/").text


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"naming": "typed"}, "Hanna Maria"),
        ({"naming": "first"}, "Hanna"),
        ({"naming": "none"}, ""),
        ({"naming": "nonsense"}, ""),
    ],
)
def test_of_the_name_only_what_may_be_shown_is_kept(stranger, desk, change, shown):
    send(stranger, name="Hanna Maria", **change)
    [made] = appeals(desk)
    assert made.shown_name == shown
    assert shown == "Hanna Maria" or "Maria" not in cast.everything_stored(desk)


@pytest.mark.parametrize(("ticked", "shown"), [("yes", "Latvia"), (None, "")])
def test_a_country_that_may_not_be_shown_is_not_kept(stranger, desk, ticked, shown):
    send(stranger, country="Latvia", show_country=ticked)
    assert appeals(desk)[0].shown_country == shown


def test_each_choice_is_kept_with_the_words_and_the_language_that_she_saw(stranger, desk):
    stranger.environ_base["HTTP_ACCEPT_LANGUAGE"] = "be"
    send(stranger, **TYPED)
    with desk.db.read() as session:
        [consent] = session.query(Consent).all()
    assert consent.language == "be" and consent.answer("publish")
    assert consent.answers[0]["wording"] == desk.campaign.words["be"].consent
    rows = {row["choice"]: row for row in consent.answers}
    page = stranger.get("/").text
    assert all(row["wording"] in page for row in rows.values())
    assert {name: row["answer"] for name, row in rows.items()} == {
        "publish": True,
        "networks": ["x"],
        "name": "first",
        "country": True,
        "not_before": SOON,
        "contact": True,
    }
    assert "@hanna" not in cast.everything_stored(desk)


@pytest.mark.parametrize(("days", "right"), [(-300, False), (-2, False), (0, True), (365, True), (367, False)])
def test_a_day_within_the_next_year_can_be_chosen(stranger, days, right):
    day = (now().date() + timedelta(days=days)).isoformat()
    assert (send(stranger, not_before=day).status_code == 200) == right


def test_choices_come_back_as_the_form_that_made_them():
    made = Choices(publish=True, networks=("x",), naming=Naming.TYPED, name="Hanna", country="Latvia", contact="@h")
    assert Form.of(made).choices == made


def new_wording(desk) -> None:
    """The campaign changes what it asks."""
    words = {language: replace(said, consent="Other words.") for language, said in desk.campaign.words.items()}
    object.__setattr__(desk, "campaign", replace(desk.campaign, words=words))


def test_nobody_agrees_to_words_that_she_never_saw(stranger, desk):
    seen = kept(stranger.get("/").text)["seen"]
    new_wording(desk)
    answer = send(stranger, **TYPED, seen=seen)
    assert (answer.status_code, appeals(desk)) == (409, [])
    assert "The wording changed meanwhile" in answer.text and "Other words." in answer.text
    fields = kept(answer.text)
    assert "consent" not in fields, "she has to tick it anew"
    assert send(stranger, **TYPED, seen=fields["seen"]).status_code == 200


def test_other_words_are_read_again_also_where_choices_are_changed(stranger, desk):
    made = cast.appeal(desk, code=cast.CODE.replace(" ", ""))
    page = stranger.post("/choices", data={"code": cast.CODE}).text
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    new_wording(desk)
    changed = {"code": cast.CODE, "save": "yes", "naming": "none", "consent": "yes", "network-x": "yes", "seen": seen}
    assert stranger.post("/choices", data=changed).status_code == 409
    assert len(cast.fresh(desk, made).consents) == 1

"""The pages in seven languages: complete, chosen as people expect, ready for one that is written from right to left."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_translations, gettext

from ops.words import CONFIGS, PUBLIC, STAFF, wanted
from pipeline.campaign import Campaign
from pipeline.context import Context
from pipeline.errors import STAFF_REASONS, SUPPORTER_REASONS
from pipeline.models import Appeal, Status
from tests import cast
from tests.services import ROOT
from tests.test_submit import send
from web import accounts, measures, news, words
from web.languages import LANGUAGES, OTHERWISE, TEAM_LANGUAGES

TRANSLATED = [code for code in LANGUAGES if code != OTHERWISE]
NAMES = {
    "Chrome",
    "Firefox",
    "Safari",
    "Google",
    "Photos",
    "iCloud",
    "cookie",
    "note",
    "png",
    "phrasebook",
    "No",
    "means",
}


#: Every catalog: who reads it, and in which language.
CATALOGS = [*((PUBLIC, code) for code in TRANSLATED), *((STAFF, code) for code in TEAM_LANGUAGES if code != OTHERWISE)]


@cache
def written(language: str, domain: str = PUBLIC) -> Catalog:
    with path(language, domain).open("rb") as file:
        return read_po(file, locale=language)


def path(language: str, domain: str) -> Path:
    return ROOT / "web" / "translations" / language / "LC_MESSAGES" / f"{domain}.po"


def texts(message: str | tuple[str, ...] | list[str]) -> list[str]:
    return [message] if isinstance(message, str) else [*message]


def ids(catalog: Catalog) -> set[str]:
    return {texts(message.id)[0] for message in catalog if message.id}


def test_there_is_something_to_translate():
    assert len(ids(wanted(PUBLIC))) > 250 and len(ids(wanted(STAFF))) > 50
    assert {
        *SUPPORTER_REASONS.values(),
        "Send the video",
        "Pause",
        "The line broke off. What came is kept: please go on.",
    } <= ids(wanted(PUBLIC))
    assert {*STAFF_REASONS.values(), "Sign in", "To correct", "Cue %(number)s has no text."} <= ids(wanted(STAFF))


@pytest.mark.parametrize(("domain", "language"), CATALOGS)
def test_no_message_is_missing_unsure_or_left_over(domain, language):
    catalog = written(language, domain)
    empty = [message.id for message in catalog if message.id and not all(texts(message.string))]
    unsure = [message.id for message in catalog if message.fuzzy]
    missing, left_over = ids(wanted(domain)) - ids(catalog), ids(catalog) - ids(wanted(domain))
    assert (missing, left_over) == (set(), set()), "`make words` takes up what is new"
    assert (empty, unsure, [*catalog.obsolete]) == ([], [], [])


def places(text: str) -> set[str]:
    return {*re.findall(r"%\(\w+\)s|%", text.replace("%%", ""))}


@pytest.mark.parametrize(("domain", "language"), CATALOGS)
def test_no_placeholder_is_lost_and_every_plural_is_there(domain, language):
    catalog = written(language, domain)
    for message in catalog:
        if message.id and all(texts(message.string)):
            assert all(places(text) == places(texts(message.id)[-1]) for text in texts(message.string)), message.id
            assert isinstance(message.id, str) or len(message.string) == catalog.num_plurals, message.id


@pytest.mark.parametrize(("domain", "language"), CATALOGS)
def test_sentences_end_as_they_should(domain, language):
    for message in written(language, domain):
        for text in texts(message.string) if message.id and all(texts(message.string)) else []:
            source = texts(message.id)[-1]
            assert text == text.strip() and "  " not in text, text
            if source[-1] in "?:…" or (source[-1] == "." and not re.search(r"%\(\w+\)s\.$", source)):
                assert text[-1] == source[-1], text


@pytest.mark.parametrize(("domain", "language"), CATALOGS)
def test_what_is_compiled_is_what_is_written(domain, language):
    with path(language, domain).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    ready = [message for message in written(language, domain) if message.id and all(texts(message.string))]
    pairs = [(message, compiled.get(message.id)) for message in ready]
    stale = [message.id for message, found in pairs if not found or texts(found.string) != texts(message.string)]
    assert (ids(compiled) - ids(written(language, domain)), stale) == (set(), []), "`make test` compiles them"


def test_a_file_of_supporters_is_named_and_every_other_one_is_of_the_team():
    public = {*re.findall(r"^\[python: (web/\w+\.py)\]", (ROOT / CONFIGS[PUBLIC]).read_text(), re.MULTILINE)}
    speaking = {f"web/{file.name}" for file in ROOT.glob("web/*.py") if "from flask_babel" in file.read_text()}
    assert public <= speaking
    assert not ids(wanted(STAFF)) & ids(wanted(PUBLIC))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_campaign_says_everything_in_every_language(language):
    given = Campaign.load(ROOT / "campaign.toml").words
    said, english = given[language], given["en"]
    assert (len(said.risks), len(said.say)) == (len(english.risks), len(english.say))
    assert language == "en" or not {said.promise, said.consent, said.example, *said.risks, *said.say} & {
        english.promise,
        english.consent,
        english.example,
        *english.risks,
        *english.say,
    }


class Visible:
    """The words of a page that somebody sees or hears, but for names and what people typed."""

    def __init__(self, page: str) -> None:
        page = re.sub(r"<(script|style|bdi|blockquote)\b.*?</\1>", " ", page, flags=re.DOTALL)
        page = re.sub(r'<[^>]* lang="\w+"[^>]*>[^<]*', " ", page[page.index("<title>") :])
        heard = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', page)
        self.text = html.unescape(" \n".join([re.sub(r"<[^>]+>", "\n", page), *heard]))

    @property
    def lines(self) -> set[str]:
        return {" ".join(line.split()) for line in self.text.splitlines()} - {""}


def public_pages(app: Flask, language: str) -> Iterator[tuple[str, str]]:
    """Every public page as somebody with this language gets it."""
    desk, stranger = app.extensions["desk"], app.test_client()
    stranger.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    for name in ("/", "/status", "/nothing", "/send"):
        yield name, stranger.get(name).text
    yield "too large", stranger.post("/status", data={"code": "1" * 3_000_000}).text
    yield "everything wrong", send(stranger, b"text", consent=None, language=None, name="x" * 61).text
    yield "receipt", send(stranger).text
    for number, there in enumerate(Status):
        code = {"code": str(number).zfill(16)}
        cast.appeal(desk, there, code=code["code"])
        more = ("/choices", "/message", "/withdraw") if there == Status.RELEASED else ()
        for path in ("/status", *more):
            yield f"{path} {there}", stranger.post(path, data=code).text
    for reason in SUPPORTER_REASONS:
        code = {"code": f"9{list(SUPPORTER_REASONS).index(reason):015}"}
        made = cast.appeal(desk, Status.RECEIVED, code=code["code"])
        with desk.db.write() as session:
            there = session.get_one(Appeal, made.id)
            there.needs_person, there.reason = True, reason
        yield reason, stranger.post("/status", data=code).text
    for reason in ("closed", "quota", "full"):
        with app.test_request_context(f"/?lang={language}"):
            yield (
                reason,
                app.jinja_env.get_template("submit/closed.html").render(
                    reason=reason, retry=datetime.now(UTC) + timedelta(hours=5), **context(app)
                ),
            )


def context(app: Flask) -> dict[str, object]:
    shown: dict[str, object] = {}
    app.update_template_context(shown)
    return shown


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_on_a_page_in_another_language(app, language):
    english = {text for message in wanted(PUBLIC) if message.id for text in texts(message.id)}
    same = {text for message in written(language) for text in texts(message.string)} & english
    looked = 0
    for name, page in public_pages(app, language):
        assert page.startswith(f'<!doctype html>\n<html lang="{language}" dir="ltr">'), name
        left = Visible(page).lines & (english - same)
        assert left == set(), name
        looked += 1
        if language in {"be", "ru", "uk"}:  # other letters: also what no message says would be seen
            said = re.sub(r"\{\w+\}|\S*[@#_/]\S*", " ", Visible(page).text)
            names = NAMES | {*app.extensions["desk"].campaign.networks.values(), "Hanna"}
            assert {*re.findall(r"[A-Za-z]{3,}", said)} <= names, name
    assert looked > 30


def team_pages(desk: Context, people: list[cast.Person]) -> Iterator[tuple[str, str]]:
    """Every kind of page of the team, as each of these people gets it."""
    made = [cast.appeal(desk, there) for there in Status]
    unscreened = cast.appeal(desk, Status.PREPARED)
    paths = ["/staff/?status=", "/staff/next", "/staff/me", "/social/", "/nothing", "/staff/nothing"]
    paths += [f"/admin/{page}" for page in ("", "stuck", "audit", "intake", "memory", "accounts/1")]
    paths += [f"/staff/appeals/{one.id}" for one in made]
    paths += [f"/staff/appeals/{made[3].id}/{page}" for page in ("edit", "history")]
    paths += [f"/staff/appeals/{made[5].id}/review", f"/staff/appeals/{unscreened.id}/screen"]
    for person in people:
        for path in paths:
            yield f"{path} for {person.name}", person.get(path).text


@pytest.mark.parametrize("language", [code for code in TEAM_LANGUAGES if code != OTHERWISE])
def test_no_english_is_left_on_a_page_of_the_team_in_another_language(tanya, ada, desk, language):
    catalogs = [(wanted(domain), written(language, domain)) for domain in (PUBLIC, STAFF)]
    english = {text for said, _ in catalogs for message in said if message.id for text in texts(message.id)}
    same = {text for _, there in catalogs for message in there for text in texts(message.string)} & english
    left = {}
    for person in (tanya, ada):
        accounts.set_page_language(desk.db, person.name, language)
        person.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    for name, page in team_pages(desk, [tanya, ada]):
        if found := Visible(page).lines & (english - same):
            left[name] = found
    assert left == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_upload_is_refused_in_her_language(stranger, desk, language):
    told = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(desk.campaign.limits.max_bytes + 1),
        "Accept-Language": language,
    }
    answer = stranger.post("/files/", headers=told)
    assert answer.status_code == 413
    assert answer.text.strip() == written(language).get("The video is too large. Please send a shorter one.").string


def test_the_language_is_what_the_address_says_else_what_the_browser_asks_for(stranger):
    assert shown(stranger, "/?lang=lt", "be") == "lt"
    assert shown(stranger, "/", "be-BY,be;q=0.9,ru;q=0.8,en;q=0.7") == "be"
    assert shown(stranger, "/", "fr-FR,fr;q=0.9,de-AT;q=0.8,en;q=0.7") == "de"
    assert shown(stranger, "/", "fr") == shown(stranger, "/") == "en"
    assert shown(stranger, "/?lang=xx", "*") == shown(stranger, "/?lang=../be") == "en"


def shown(client: FlaskClient, path: str, accept: str = "") -> str:
    return re.search(r'<html lang="(\w+)"', client.get(path, headers={"Accept-Language": accept}).text)[1]


def test_the_team_reads_what_the_account_says_else_what_the_browser_asks_for(tanya, desk):
    assert shown(tanya, "/staff/", "de, uk;q=0.5") == "uk"  # no German among the languages of the team
    assert shown(tanya, "/staff/", "de") == shown(tanya, "/staff/") == "en"
    accounts.set_page_language(desk.db, "tanya", "be")
    assert shown(tanya, "/staff/", "uk") == shown(tanya, "/staff/?lang=ru") == shown(tanya, "/admin/") == "be"
    assert shown(tanya, "/", "de") == "de", "the pages of supporters know no accounts"


def test_the_sign_in_page_has_a_switch_that_loses_nothing_and_is_remembered(app, desk):
    cast.account(desk, "tanya")
    person = app.test_client()
    page = person.get("/staff/sign-in?next=/staff/?status%3Ddrafted").text
    offered = re.findall(r'<a href="([^"]+)" lang="(\w+)" hreflang', page)
    assert [language for _address, language in offered] == [*TEAM_LANGUAGES]
    address = f"/staff/sign-in{html.unescape({language: there for there, language in offered}['uk'])}"
    assert shown(person, address, "be") == "uk"
    answer = person.send(address, name="tanya", password=cast.PASSWORD)
    assert answer.location == "/staff/?status=drafted" and shown(person, "/staff/", "be") == "uk"


def test_both_catalogs_speak_on_one_page_and_plurals_stay_those_of_the_language(app):
    for language in ("pl", "lt"):  # the team has no catalog in these
        with app.test_request_context(f"/?lang={language}"):
            assert get_translations().plural(10) == 2
    with app.test_request_context("/staff/sign-in?lang=be"):
        assert gettext("Demonstration") == "Дэманстрацыя"
        for sentence in (STAFF_REASONS["disk_full"], "Sign in"):
            assert gettext(sentence) == written("be", STAFF).get(sentence).string != ""


def test_a_constant_sentence_can_be_sent_as_json(app):
    with app.test_request_context("/staff/sign-in?lang=en"):
        assert app.json.dumps({"status": words.STATUSES[Status.DRAFTED]}) == '{"status": "To correct"}'


def test_the_chosen_language_stays_with_links_and_forms_and_no_cookie_is_needed(stranger):
    answer = stranger.get("/?lang=pl")
    ours = re.findall(r'(?:href|action|data-files)="(/(?!static)[^"]*)"', answer.text)
    assert ours and all(address.endswith("lang=pl") for address in ours)
    assert "Set-Cookie" not in answer.headers


def test_each_language_is_offered_in_its_own_words_on_every_public_page(stranger):
    for path in ("/", "/status", "/nothing"):
        page = stranger.get(path).text
        for code, name in LANGUAGES.items():
            assert re.search(rf'<a href="\?lang={code}" lang="{code}" hreflang="{code}"[^>]*>{name}</a>', page), path


@pytest.mark.parametrize(
    ("language", "size", "length", "day", "wait", "days"),
    [
        ("en", "12.3 MB", "1 min 5 s", "March 8, 2027", "in 5 hours", "after 2 days,"),
        ("be", "12,3 МБ", "1 хв 5 с", "8 сакавіка 2027 г.", "праз 5 гадзін", "праз 2 дні "),
        ("ru", "12,3 МБ", "1 мин 5 с", "8 марта 2027 г.", "через 5 часов", "через 2 дня "),
        ("uk", "12,3 МБ", "1 хв 5 с", "8 березня 2027 р.", "через 5 годин", "через 2 дні "),
        ("de", "12,3 MB", "1 min 5 s", "8. März 2027", "in 5 Stunden", "nach 2 Tagen "),
        ("pl", "12,3 MB", "1 min 5 s", "8 marca 2027", "za 5 godzin", "po 2 dniach "),
        ("lt", "12,3 MB", "1 min 5 s", "2027 m. kovo 8 d.", "po 5 valandų", "po 2 dienų "),
    ],
)
def test_sizes_lengths_days_and_plurals_are_as_people_write_them(app, desk, language, size, length, day, wait, days):
    object.__setattr__(desk.campaign.retention, "rejected_days", 2)
    cast.appeal(desk, Status.REJECTED, code="0" * 16)
    with app.test_request_context(f"/?lang={language}"):
        said = [measures.size(12_345_678), measures.duration(65_000), measures.day(date(2027, 3, 8))]
        said.append(measures.wait(datetime.now(UTC) + timedelta(hours=5)))
    assert [text.replace("\u00a0", " ").replace("\u202f", " ") for text in said] == [size, length, day, wait]
    assert days in app.test_client().post(f"/status?lang={language}", data={"code": "0" * 16}).text


def test_every_status_has_its_news_and_its_place_on_the_way():
    assert {*news.NEWS} == {*Status} - {Status.WITHDRAWN}
    on_the_way = [status for _text, statuses in news.WAY for status in statuses]
    assert {*on_the_way} == {*Status} - {Status.RELEASED, Status.REJECTED, Status.WITHDRAWN}


def test_a_language_from_right_to_left_turns_the_page(app):
    app.config["LANGUAGES"] = LANGUAGES | {"ar": "العربية"}
    page = app.test_client().get("/?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in page and '<span class="sr">Language of this page:' in page


def test_the_sheets_know_no_left_and_right():
    for sheet in ("style.css", "send.css"):
        rules = re.sub(r"/\*.*?\*/", "", (ROOT / "web/static" / sheet).read_text(), flags=re.DOTALL)
        public = rules.split(".staff")[0]
        assert not re.findall(r"[\s{;](?:(?:margin|padding|border)-)?(?:left|right)\s*:", public), sheet


def test_words_of_a_page_are_found_wherever_they_stand():
    page = (
        '<html lang="be"><title>T</title><p>Two <b>words</b></p><a lang="de">Deutsch</a><i aria-label="Heard">&amp;</i>'
    )
    assert Visible(page).lines == {"T", "Two", "words", "Heard", "&"}

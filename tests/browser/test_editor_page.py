"""The subtitle editor in a real browser: every key, nothing lost, two people on one clip, thumbs and screen readers."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import delete
from werkzeug.serving import make_server

import web
from pipeline import workflow
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.cues import Cue, Offer
from pipeline.db import migrate
from pipeline.models import Appeal, File, Layer, Status
from pipeline.teamwork import Draft, Note
from tests import cast
from tests.browser.access import faults
from tests.services import chromium, until

pytestmark = pytest.mark.xdist_group("languages")

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
SAID = ["Добры дзень, сябры!", "Заўтра будзе дождж.", "Пішыце кожны дзень.", "Ніхто не забыты, мы чакаем кожнага."]
RUSSIAN = ["Добрый день, друзья!", "Завтра будет дождь.", "Пишите каждый день.", "Никто не забыт, мы ждём каждого."]
OFFERED = "Завтра дождь будет."
MANY = 300


@dataclass
class Team:
    """The app, and people who are signed in."""

    app: Flask
    url: str
    browser: Browser
    sessions: dict[str, Any] = field(default_factory=dict)

    @property
    def desk(self) -> Context:
        found: Context = self.app.extensions["desk"]
        return found

    def clip(self, count: int = 4, **more: Any) -> Appeal:
        """A draft with cues of two seconds: the second has a doubt and an offer, the fourth is one long line."""
        made = cast.appeal(self.desk, Status.DRAFTED)
        offer = Offer(OFFERED, "memory", 80, "Заўтра дождж будзе.")
        times = [(500 + 2500 * i, 2500 + 2500 * i) for i in range(count)]
        cues = [Cue(a, b, RUSSIAN[i % 4], **(_second(offer) if i == 1 else {})) for i, (a, b) in enumerate(times)]
        with self.desk.db.write() as session:
            there = session.get_one(Appeal, made.id)
            there.media = {"duration_ms": 2500 * count + 1000, "width": 1080, "height": 1920}
            said = [Cue(a, b, SAID[i % 4]) for i, (a, b) in enumerate(times)]
            there.start_track(Layer.TRANSCRIPT, "be").add(said, "phrasebook", None)
            there.start_track(Layer.RUSSIAN, "ru").add(cues, "phrasebook", None)
            for at, text in more.get("notes", ()):
                session.add(Note(appeal_id=made.id, at_ms=at, text=text, by="rita"))
        return made

    def page(self, name: str, size: dict[str, int] = DESK, **more: Any) -> Page:
        """A window of somebody who is signed in."""
        context = self.browser.new_context(viewport=size, **more)
        if name in self.sessions:
            context.add_cookies(self.sessions[name])
        page = context.new_page()
        page.set_default_timeout(15_000)
        if name not in self.sessions:
            sign_in(page, self.url, name)
            self.sessions[name] = context.cookies()
        return page

    def open(self, made: Appeal, name: str = "tanya", size: dict[str, int] = DESK, **more: Any) -> Page:
        """The editor as somebody has it before her."""
        return enter(self.page(name, size, **more), self.url, made)

    def texts(self, made: Appeal) -> list[str]:
        """The newest revision."""
        return [cue.text for cue in cast.fresh(self.desk, made).track(Layer.RUSSIAN).latest.cues]

    def draft(self, made: Appeal) -> list[str]:
        """What the server keeps of what was typed."""
        with self.desk.db.read() as session:
            drafts = session.query(Draft).filter_by(appeal_id=made.id).all()
            return [row["text"] for draft in drafts for row in draft.rows]


def _second(offer: Offer) -> dict[str, Any]:
    return {"doubts": ("low_probability",), "offers": (offer,)}


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/staff/sign-in")
    page.locator("#name").fill(name)
    page.locator("#password").fill(cast.PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/staff/**")


def enter(page: Page, url: str, made: Appeal) -> Page:
    page.goto(f"{url}/staff/appeals/{made.id}/edit")
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    data = str(tmp_path_factory.mktemp("data"))
    settings = Settings.from_env({"DATA_DIR": data, "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "t"})
    migrate(settings.database_url)
    app = web.create_app(settings)
    for name in cast.ROLES:
        cast.account(app.extensions["desk"], name)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield Team(app, f"http://127.0.0.1:{server.port}", browser)
    server.shutdown()
    app.extensions["desk"].db.close()


@pytest.fixture
def team(served: Team) -> Iterator[Team]:
    """Windows are closed after each test."""
    yield served
    for context in served.browser.contexts:
        context.close()


def box(page: Page, number: int) -> Locator:
    return page.get_by_label(f"Cue {number}: Russian")


def press(page: Page, *keys: str) -> None:
    for each in keys:
        page.keyboard.press(each)


def shown(page: Page) -> list[str]:
    texts: list[str] = page.locator("#cues textarea").evaluate_all("boxes => boxes.map(box => box.value)")
    return texts


def saved(page: Page, words: str = "Saved") -> None:
    expect(page.locator("#saved")).to_have_text(words)


def look_at(page: Page) -> None:
    """Come back to this window: it gives a sign of life at once."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def complaints(page: Page) -> list[str]:
    """What the console says, from now on."""
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text) if it.type in {"error", "warning"} else None)
    page.on("pageerror", lambda it: said.append(str(it)))
    return said


def peaks(seconds: float) -> str:
    loud = [int(60 + 60 * math.sin(i)) for i in range(int(20 * seconds))]
    return json.dumps({"rate": 20, "peaks": loud})


def test_what_is_typed_is_on_the_picture_saved_by_itself_and_there_again_after_a_reload(team):
    made = team.clip()
    page = team.page("tanya")
    said = complaints(page)
    page.route("**/media/**/peaks*", lambda route: route.fulfill(body=peaks(11), content_type="application/json"))
    enter(page, team.url, made)
    page.locator("#wave canvas").first.wait_for()
    box(page, 2).fill("Завтра снова дождь.")
    expect(page.locator(".caption")).to_have_text("Завтра снова дождь.")
    saved(page)
    assert team.draft(made)[1] == "Завтра снова дождь."
    assert team.texts(made) == RUSSIAN  # no revision before she says so
    page.reload()
    expect(page.locator("#notices")).to_contain_text("is here again")
    assert shown(page)[1] == "Завтра снова дождь."
    page.get_by_role("button", name="Go back to the saved version").click()
    expect(box(page, 2)).to_have_value(RUSSIAN[1])
    until(lambda: team.draft(made) == [], "a draft that is forgotten")
    assert said == []  # also of the strict policy for styles and scripts


def test_one_goes_from_draft_to_review_by_keys_alone(team):
    made = team.clip()
    page = team.open(made)
    press(page, "F8")
    expect(box(page, 2)).to_be_focused()
    press(page, "Alt+1")  # the offer
    expect(box(page, 2)).to_have_value(OFFERED)
    press(page, "Alt+Enter")  # it is right; the next one is the long line
    expect(box(page, 4)).to_be_focused()
    expect(page.locator("#remarks-3")).to_contain_text("limit")
    press(page, "Alt+b")
    expect(page.locator("#problems")).to_have_text("No problem left")
    press(page, "Control+s")
    saved(page, "Saved as version 3")
    assert team.texts(made)[1] == OFFERED
    assert "\n" in team.texts(made)[3]
    press(page, "Alt+Shift+S")
    expect(page.locator("#notices")).to_contain_text("Sent")
    expect(box(page, 1)).to_have_attribute("readonly", "")
    assert cast.fresh(team.desk, made).status == Status.SUBMITTED


def test_who_sends_with_problems_left_is_asked(team):
    made = team.clip()
    page = team.open(made)
    page.get_by_role("button", name="Send to review").click()
    page.get_by_role("button", name="Show the first").click()
    expect(box(page, 2)).to_be_focused()
    assert cast.fresh(team.desk, made).status == Status.DRAFTED
    press(page, "Alt+Shift+S")
    page.get_by_role("button", name="Send all the same").click()
    expect(page.locator("#notices")).to_contain_text("Sent")


def test_cues_are_split_merged_made_moved_and_all_of_it_undone(team):
    page = team.open(team.clip())
    box(page, 4).click()
    box(page, 4).evaluate("box => box.setSelectionRange(15, 15)")
    press(page, "Control+Enter")
    expect(box(page, 5)).to_be_focused()
    assert shown(page)[3:] == ["Никто не забыт,", "мы ждём каждого."]
    press(page, "Alt+ArrowUp", "Control+Shift+M")
    expect(page.locator("#cues > li")).to_have_count(4)
    press(page, "Control+Shift+Delete")
    expect(box(page, 3)).to_be_focused()
    press(page, "Alt+n")
    expect(box(page, 4)).to_be_focused()
    page.keyboard.type("Новое")
    page.locator("#start").fill("8,2")
    page.locator("#start").press("Tab")
    press(page, "Alt+BracketRight")
    assert page.locator("#start").input_value() == "0:08.300"
    for _ in range(12):
        press(page, "Control+z")
    assert shown(page) == RUSSIAN
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    for _ in range(12):
        press(page, "Control+y")
    assert shown(page)[3] == "Новое"


def test_a_region_is_dragged_and_a_new_one_drawn(team):
    made = team.clip()
    page = team.page("tanya")
    page.route("**/media/**/peaks*", lambda route: route.fulfill(body=peaks(11), content_type="application/json"))
    enter(page, team.url, made)
    page.locator("#wave canvas").first.wait_for()
    drag(page, '[part~="0"] [part~=region-handle-right]', 38)  # to the start of the next, where it snaps
    box(page, 1).click()
    gap = page.evaluate("JSON.parse(document.querySelector('#bench').textContent).frame.gap")
    expect(page.locator("#end")).to_have_value(f"0:0{(3000 - gap) / 1000:.3f}")
    drag(page, '[part~="1"]', 2000)  # farther than there is room
    box(page, 2).click()
    expect(page.locator("#end")).to_have_value(f"0:0{(5500 - gap) / 1000:.3f}")
    press(page, "Control+Shift+Delete")
    box(page, 1).click()
    first = page.locator("#wave [part~='0']")
    until(lambda: (first.bounding_box() or {"x": -1})["x"] > 0, "a waveform at its beginning")
    left, y = edge(first)
    page.mouse.move(left + 20, y)
    page.mouse.down()
    page.mouse.move(left + 140, y, steps=5)
    page.mouse.up()
    expect(box(page, 2)).to_have_value("")
    expect(box(page, 2)).to_be_focused()


def drag(page: Page, selector: str, by: int) -> None:
    """From the right part of it, so far to the right."""
    right, y = edge(page.locator(f"#wave {selector}").first)
    page.mouse.move(right - 4, y)
    page.mouse.down()
    page.mouse.move(right - 4 + by / 2, y, steps=3)
    page.mouse.move(right - 4 + by, y, steps=3)
    page.mouse.up()


def edge(place: Locator) -> tuple[float, float]:
    """The right edge of it, and its middle."""
    found = place.bounding_box()
    assert found
    return found["x"] + found["width"], found["y"] + found["height"] / 2


def test_all_safe_fixes_at_once_say_what_they_changed(team):
    page = team.open(team.clip())
    page.get_by_role("button", name="Fix all that is safe").click()
    dialog = page.get_by_role("dialog", name="What was fixed")
    expect(dialog).to_contain_text("Cue 4")
    dialog.get_by_role("button", name="Good").click()
    assert "\n" in shown(page)[3]
    press(page, "Control+z")
    assert shown(page) == RUSSIAN


def test_find_and_replace_shows_what_would_change(team):
    page = team.open(team.clip())
    press(page, "Control+h")
    page.get_by_label("Find", exact=True).fill("ДЕНЬ")
    page.get_by_label("Put in its place").fill("час")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Places found: 2")
    dialog.get_by_role("checkbox").last.uncheck()
    dialog.get_by_role("button", name="Replace where ticked").click()
    assert shown(page)[::2] == ["Добрый час, друзья!", RUSSIAN[2]]
    press(page, "F1")
    for words in ("Split at the cursor", "Send to review", "To the next problem"):
        expect(page.get_by_role("dialog")).to_contain_text(words)
    press(page, "Escape")


def test_offline_a_closed_window_and_a_session_that_ended_lose_nothing(team):
    made = team.clip()
    page = team.open(made)
    page.context.set_offline(True)
    box(page, 1).fill("Без сети.")
    saved(page, "Offline: kept in this browser")
    page.context.set_offline(False)
    saved(page)
    box(page, 1).fill("До конца сессии.")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    expect(page.locator("#notices")).to_contain_text("You are signed out")
    page.close()
    page = enter(_again(page.context, cookies), team.url, made)
    expect(page.locator("#cues textarea").first).to_be_visible()
    kept = page.get_by_role("button", name="Bring both together")
    if kept.count():
        kept.click()
        page.get_by_role("button", name="Take these").click()
    expect(box(page, 1)).to_have_value("До конца сессии.")
    saved(page)
    assert team.draft(made)[0] == "До конца сессии."
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('editor '))") == []


def _again(context: BrowserContext, cookies: Any) -> Page:
    context.add_cookies(cookies)
    return context.new_page()


def test_who_signs_in_again_elsewhere_goes_on_here(team):
    made = team.clip()
    page = team.open(made)
    page.wait_for_load_state("networkidle")  # an answer on its way would sign her in again
    page.context.clear_cookies()
    box(page, 1).fill("Тем временем.")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    other = page.context.new_page()
    sign_in(other, team.url, "rita")
    look_at(page)
    expect(page.locator("#notices")).to_contain_text("rita is signed in now")
    assert team.draft(made) == []
    page.context.clear_cookies()
    sign_in(other, team.url, "tanya")
    look_at(page)
    saved(page)
    assert team.draft(made)[0] == "Тем временем."
    expect(page.locator("#notices")).to_be_empty()


def test_two_people_never_overwrite_each_other(team):
    made = team.clip()
    tanya, rita = team.open(made), team.open(made, "rita")
    expect(rita.locator("#notices")).to_contain_text("tanya works on this clip now")
    rita.get_by_role("button", name="Take over").click()
    expect(rita.locator("#notices")).to_be_empty()
    box(tanya, 1).fill("Дорогие мои!")
    box(tanya, 3).fill("Пишите нам.")
    box(rita, 1).fill("Дорогие друзья!")
    box(rita, 2).fill("Мы вас ждём.")
    press(rita, "Control+s")
    saved(rita, "Saved as version 3")
    press(tanya, "Control+s")
    dialog = tanya.get_by_role("dialog", name="Both changed the same cues")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    assert faults(tanya) == []
    dialog.get_by_role("radio", name="By rita").check()
    dialog.get_by_role("button", name="Take these").click()
    saved(tanya, "Saved as version 4")
    assert team.texts(made) == ["Дорогие друзья!", "Мы вас ждём.", "Пишите нам.", RUSSIAN[3]]
    look_at(tanya)
    expect(tanya.locator("#notices")).to_contain_text("rita has taken this clip over")


def test_what_is_taken_back_stays_nowhere(team):
    made = team.clip()
    page = team.open(made)
    page.context.set_offline(True)
    box(page, 1).fill("Тайна")
    saved(page, "Offline: kept in this browser")
    with team.desk.db.write() as session:
        session.execute(delete(File).where(File.appeal_id == made.id))
    page.context.set_offline(False)
    expect(page.locator("#notices")).to_contain_text("taken back or deleted")
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('editor '))") == []
    assert page.locator("#editor").count() == 0


def test_what_is_rejected_meanwhile_leaves_the_screen_of_a_translator(team):
    made = team.clip()
    page = team.open(made)
    with team.desk.db.write() as session:
        workflow.advance(session, made.id, Status.DRAFTED, made.attempt, Status.REJECTED, by="rita", reason="minors")
    box(page, 1).fill("Тайна")
    expect(page.locator("#notices")).to_contain_text("There is nothing here, or you may not see it.")
    assert page.locator("#editor").count() == 0
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('editor '))") == []


def test_the_page_that_says_it_is_gone_forgets_it_too(team):
    made = team.clip()
    page = team.open(made)
    page.evaluate(f"localStorage.setItem('editor {made.id} tanya left', '{{}}')")
    with team.desk.db.write() as session:
        session.execute(delete(File).where(File.appeal_id == made.id))
    page.goto(f"{team.url}/staff/appeals/{made.id}/edit")
    page.wait_for_function("!Object.keys(localStorage).some((name) => name.startsWith('editor '))")


def test_an_older_draft_that_is_only_offered_survives_the_next_key_and_a_reload(team):
    made = team.clip()
    page = team.open(made)
    box(page, 1).fill("Час работы.")
    saved(page)
    page.close()
    with team.desk.db.write() as session:
        track = session.get_one(Appeal, made.id).track(Layer.RUSSIAN)
        track.add([*track.latest.cues[:3], Cue(8000, 10000, "Иначе.")], "rita")
    page = team.open(made)
    box(page, 3).fill("Одна буква.")
    saved(page)
    page.reload()
    page.get_by_role("button", name="Bring both together").click()
    expect(box(page, 1)).to_have_value("Час работы.")


def test_the_reviewers_notes_stand_beside_the_cue_until_they_are_ticked_off(team):
    made = team.clip(notes=[(5600, "Здесь слышно «пішыце».")])
    page = team.open(made)
    row = page.locator("#cues > li").nth(2)
    expect(row).to_contain_text("rita: Здесь слышно")
    row.get_by_role("button", name="Done").click()
    expect(row.get_by_role("button", name="Not done yet")).to_be_visible()
    with team.desk.db.read() as session:
        assert session.query(Note).filter_by(appeal_id=made.id).one().done_by == "tanya"


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_everybody_can_use_it(team, size, scheme):
    made = team.clip(notes=[(5600, "Здесь тише.")])
    page = team.open(made, size=size, color_scheme=scheme)
    box(page, 2).click()
    assert faults(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll("#editor :is(button, select, textarea, summary, input)")]
        .map(it => it.closest("label.check") ?? it).filter(it => it.checkVisibility())
        .filter(it => it.getBoundingClientRect().height < (innerWidth < 500 ? 43.5 : 24)).map(it => it.outerHTML)"""
    )
    assert (wide, small) == (0, [])


def test_three_hundred_cues_are_all_there_and_only_those_in_sight_are_drawn_again(team):
    made = team.clip(MANY)
    page = team.open(made)
    expect(page.locator("#cues > li")).to_have_count(MANY)
    page.evaluate(
        """() => { window.changed = new Set();
        new MutationObserver(all => all.forEach(({ target }) => {
          const row = (target.closest ? target : target.parentElement).closest("#cues > li");
          if (row) changed.add(row.dataset.cue); }))
        .observe(document.querySelector("#cues"), { subtree: true, childList: true, characterData: true }) }"""
    )
    box(page, 150).fill("Пишите.")
    saved(page)
    assert page.evaluate("[...changed]") == ["149"]

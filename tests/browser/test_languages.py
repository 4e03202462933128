"""The public pages as a phone shows them, in every language: axe, thumbs, large letters, the dark, right to left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

import web
from pipeline.campaign import Campaign
from pipeline.config import Settings
from pipeline.db import migrate
from pipeline.models import Status
from pipeline.supporter import Message, Side, Switch, SwitchedOn
from tests import cast
from tests.services import ROOT, chromium
from web.languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("languages")

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
THUMB = 44  # px
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Colours are the same in every language, and looking at them takes half the time.
WRONG = """([runOnly, colours]) => axe.run(document, {
  runOnly, resultTypes: ["violations"], rules: { "color-contrast": { enabled: colours } },
}).then(found =>
  found.violations.map(it => `${it.id}: ${it.nodes.map(node => node.html.slice(0, 150)).join(" | ")}`))"""
WIDER = "document.documentElement.scrollWidth - innerWidth"
TOO_SMALL = """most => [...document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")]
  .map(it => it.closest("label") ?? it)
  .filter(it => it.checkVisibility() && !it.matches(".skip") && it.getBoundingClientRect().height < most - .5)
  .map(it => it.outerHTML.slice(0, 100))"""
SEND = "HTMLFormElement.prototype.submit.call(document.querySelector('#send'))"
POST = """([action, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}"""


@dataclass
class Public:
    """The app behind a browser, with an appeal at every status; the code of each is its number."""

    app: Flask
    url: str

    def pages(self, page: Page, language: str) -> Iterator[str]:
        """Go through all public pages; gives the name of each while it is shown."""
        for name, go in self._ways(page, language).items():
            go()
            yield f"{language} {name}"

    def _ways(self, page: Page, language: str) -> dict[str, Callable[[], object]]:
        def get(path: str) -> None:
            page.goto(f"{self.url}{path}?lang={language}")

        def post(path: str, there: Status, **fields: str) -> None:
            with page.expect_navigation():  # from whatever page is shown
                page.evaluate(POST, [f"{self.url}{path}?lang={language}", {"code": code(there), **fields}])

        def opened() -> None:
            get("/")
            for summary in page.locator("summary").all():
                summary.click()

        def wrong() -> None:
            get("/")
            with page.expect_navigation():
                page.evaluate(SEND)

        def received() -> None:
            get("/")
            page.set_input_files("#video", cast.CLIP)
            page.select_option("#language", "be")
            page.check("#consent")
            with page.expect_navigation():
                page.evaluate(SEND)

        def closed() -> None:
            desk = self.app.extensions["desk"]
            with desk.db.write() as session:
                session.add(SwitchedOn(name=Switch.INTAKE_CLOSED, by="ada"))
            get("/")
            with desk.db.write() as session:
                session.delete(session.get_one(SwitchedOn, Switch.INTAKE_CLOSED))

        return {
            "form": opened,
            "form with faults": wrong,
            "receipt": received,
            "status without code": lambda: get("/status"),
            "wrong code": lambda: post("/status", Status.DRAFTED, code="1"),
            **{f"status {there}": lambda there=there: post("/status", there) for there in SHOWN},
            "choices": lambda: post("/choices", Status.RELEASED),
            "choices with faults": lambda: post("/choices", Status.RELEASED, save="yes"),
            "withdraw": lambda: post("/withdraw", Status.RELEASED),
            "closed": closed,
            "error": lambda: get("/nothing"),
        }


SHOWN = (Status.DRAFTED, Status.RELEASED, Status.REJECTED, Status.WITHDRAWN)


def code(there: Status) -> str:
    return str([*Status].index(there)).zfill(16)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    environ = {
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "t",
    }
    settings = Settings.from_env(environ)
    migrate(settings.database_url)
    app = web.create_app(settings)
    app.config.update(VERDICT_SECONDS=0, LANGUAGES=LANGUAGES | {"ar": "العربية"})
    desk = app.extensions["desk"]
    many_from_here(desk.campaign, app)
    for there in Status:
        made = cast.appeal(desk, there, code=code(there))
        if there == Status.DRAFTED:
            with desk.db.write() as session:
                for side in Side:
                    session.add(Message(appeal_id=made.id, side=side, sealed=desk.seal.close("Дзякуй! " * 9)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Public(app, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    desk.db.close()


def many_from_here(campaign: Campaign, app: Flask) -> None:
    """One place sends a video for every language here."""
    app.extensions["guard"] = type(app.extensions["guard"]).of(
        app.extensions["desk"].settings, replace(campaign.intake, free_per_hour=1000)
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, color_scheme=getattr(request, "param", "light"))
    yield context.new_page()
    context.close()


def faults(page: Page, *, colours: bool = False) -> list[str]:
    page.evaluate(AXE.read_text())
    wide = page.evaluate(WIDER)
    small = [f"too small for a thumb: {it}" for it in page.evaluate(TOO_SMALL, THUMB)]
    return [*page.evaluate(WRONG, [RULES, colours]), *small, *([f"{wide} px too wide"] if wide > 0 else [])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_fault_in_any_language(phone, public, language):
    colours = language == "en"
    assert {name: wrong for name in public.pages(phone, language) if (wrong := faults(phone, colours=colours))} == {}


@pytest.mark.parametrize("phone", ["dark"], indirect=True)
def test_no_page_has_a_fault_in_the_dark(phone, public):
    assert {name: wrong for name in public.pages(phone, "be") if (wrong := faults(phone, colours=True))} == {}


def test_pages_from_right_to_left_fit_a_phone(phone, public):
    for name in public.pages(phone, "ar"):
        assert phone.evaluate("document.documentElement.dir") == "rtl", name
        assert faults(phone) == [], name
    left, right = phone.locator("#leave").bounding_box(), phone.locator(".brand").bounding_box()
    assert left["x"] < right["x"]


@pytest.mark.parametrize("language", ["de"])  # the longest words
def test_letters_twice_as_large_fit_a_phone(phone, public, language):
    for name in public.pages(phone, language):
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.evaluate(WIDER) <= 0, name


def test_the_form_is_filled_and_sent_by_keys_alone(phone, public):
    phone.goto(f"{public.url}/?lang=en")
    names = []
    while not names or names[-1] != "send-button":
        phone.keyboard.press("Tab")
        names.append(phone.evaluate("document.activeElement.id || document.activeElement.name || ''"))
        assert len(names) < 60, names
    fields = [name for name in names if name]
    wanted = ["leave", "video", "record", "language", "network-youtube", "name", "naming", "country", "show_country"]
    wanted += ["not_before", "contact", "consent", "send-button"]
    assert [name for name in dict.fromkeys(fields) if name in wanted] == wanted


def test_nothing_moves_while_a_page_comes(phone, public):
    phone.add_init_script("""
      globalThis.moved = [];
      const note = it => moved.push([it.value, ...it.sources.map(({ node }) => node?.id || node?.nodeName)]);
      const seen = new PerformanceObserver(list => list.getEntries().forEach(note));
      seen.observe({ type: "layout-shift", buffered: true });
    """)
    for path in ("/", "/status"):
        phone.goto(f"{public.url}{path}?lang=be")
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate("moved") == [], path

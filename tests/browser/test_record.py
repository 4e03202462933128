"""Recording on the page, with the camera and microphone that Chromium invents, to the clip that workers have read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser.access import faults
from tests.browser.test_way import PHONE, shot
from tests.services import Site, chromium, until

pytestmark = pytest.mark.xdist_group("site")

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One that lets every page use the camera."""
    with chromium(playwright, *FAKE) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A supporter with the form before her."""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(site.url)
        yield page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Page, words: str) -> None:
    expect(page.locator("#recorder-says")).to_contain_text(words)


def record(page: Page, seconds: float) -> None:
    """From the open recorder to the playback."""
    press(page, "Start")
    expect(page.locator("#recorder-count")).to_have_text("3")
    shot(page, "record-2-countdown")
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    until(lambda: page.locator("#recorder-clock").inner_text() >= f"0:{seconds:02} ", f"{seconds} s of recording")
    shot(page, "record-3-recording")
    press(page, "Stop")


def playing(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('#recorder-screen').srcObject?.active ?? false"))


def failing(page: Page, name: str) -> None:
    """The camera fails with this error from now on."""
    page.evaluate(
        f"() => {{ navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}')) }}"
    )


def test_a_recording_goes_all_the_way_like_any_file(page):
    press(page, "Record the video here")
    says(page, "Your face in the oval")
    expect(page.locator("#recorder-clock")).to_have_text("0:00 / 3:00")
    until(lambda: page.locator("#recorder-level").evaluate("meter => meter.value") > 0, "a sound")
    mirrored = page.locator("#recorder-screen").evaluate("screen => getComputedStyle(screen).transform")
    assert mirrored.startswith("matrix(-1")
    assert faults(page) == []
    shot(page, "record-1-ready")
    record(page, 4)
    says(page, "it is lost")
    assert faults(page) == []
    shot(page, "record-4-done")
    assert page.locator("#recorder-screen").evaluate("screen => getComputedStyle(screen).transform") == "none"
    assert not playing(page)  # the light of the camera is off
    press(page, "Use this video")
    expect(page.locator("#video-facts")).to_contain_text("kB")
    page.locator("#language").select_option("be")
    page.locator("#consent").check()
    page.locator("#send-button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Received whole", timeout=60_000)
    code = page.locator("p.digits").inner_text()
    page.goto(page.url.replace("/send", "/status"))

    def prepared() -> bool:
        page.goto(page.url)
        page.locator("input#code").fill(code)
        page.locator("form:has(#code) button").first.click()
        return "being checked" not in page.locator("main").inner_text()

    until(prepared, "a clip that the workers have read")
    assert re.search("volunteer|written down|put into Russian", page.locator("main").inner_text())


def test_too_short_cannot_be_used_and_again_begins_anew(page):
    press(page, "Record the video here")
    record(page, 1)
    says(page, "This is too short: it must have at least 3")
    expect(page.get_by_role("button", name="Use this video")).to_be_hidden()
    press(page, "Record again")
    says(page, "Your face in the oval")
    assert playing(page)
    press(page, "Close")
    until(lambda: not playing(page), "a camera that is off")
    assert page.locator("#video").evaluate("field => field.files.length") == 0


def test_it_stops_by_itself_at_the_limit_and_is_not_lost_without_a_question(page, site):
    page.route(
        site.url + "/",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), body=re.sub(r'data-max-ms="\d+"', 'data-max-ms="4000"', answer.text())
        ),
    )
    page.goto(site.url + "/")
    press(page, "Record the video here")
    says(page, "Your face")
    press(page, "Start")
    expect(page.get_by_role("button", name="Use this video")).to_be_focused(timeout=15_000)
    press(page, "Use this video")
    expect(page.locator("#video-facts")).to_contain_text("kB")
    expect(page.locator("#video-problem")).to_be_empty()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]  # what was not sent would be lost


NO_CAMERA = {
    "NotAllowedError": "Allow both in the settings of your browser",
    "NotFoundError": "No camera or no microphone was found",
    "NotReadableError": "Another app is using the camera",
    "AbortError": "The camera could not be started",
}


def test_each_reason_for_no_camera_has_its_sentence(page):
    for error, sentence in NO_CAMERA.items():
        failing(page, error)
        press(page, "Record the video here")
        says(page, sentence)
        expect(page.get_by_role("button", name="Try again")).to_be_focused()
        press(page, "Close")
        expect(page.locator("#recorder")).to_be_hidden()
        expect(page.get_by_role("button", name="Record the video here")).to_be_focused()


def test_a_permission_that_she_refuses(playwright, site):
    with chromium(playwright, FAKE[0]) as browser:  # nobody says yes
        page = browser.new_page(viewport=PHONE)
        page.goto(site.url)
        press(page, "Record the video here")
        says(page, "Allow both in the settings of your browser")
        shot(page, "record-5-denied")


def test_inside_another_app_she_is_told_where_to_go(browser, site):
    agent = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 Instagram 350"
    with browser.new_context(viewport=PHONE, user_agent=agent) as context:
        page = context.new_page()
        page.goto(site.url)
        expect(page.get_by_text("open this page in Chrome, Firefox or Safari")).to_be_visible()
        expect(page.locator("#record")).to_have_count(0)
        shot(page, "record-6-inside-an-app")


def test_leaving_in_a_hurry_lets_go_of_the_camera(page):
    page.context.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    press(page, "Record the video here")
    says(page, "Your face")
    assert playing(page)
    tracks = "document.querySelector('#recorder-screen').srcObject.getTracks()"
    tell = "console.log(all.map(one => one.readyState).join())"
    page.evaluate(f"() => {{ const all = {tracks}; addEventListener('leave', () => {tell}) }}")
    with page.expect_console_message() as states:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    assert states.value.text == "ended,ended"
    page.wait_for_url("https://**")

"""The main job in a real browser, from upload to download. The screenshots stay in screenshots/, to be looked at."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.appeals import BELARUSIAN
from tests.services import ROOT, Site, chromium, until

pytestmark = pytest.mark.xdist_group("site")

SHOTS = ROOT / "screenshots"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PATIENCE = 120_000  # ms


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield chromium(playwright)


def person(browser: Browser, size: dict[str, int]) -> Page:
    """Somebody with a browser window of their own."""
    page = browser.new_context(viewport=size, accept_downloads=True).new_page()
    page.set_default_timeout(30_000)
    return page


def staff(browser: Browser, site: Site, name: str, role: str) -> Page:
    page = person(browser, DESK)
    page.goto(f"{site.url}/staff/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(site.account(name, role))
    page.get_by_role("button", name="Sign in").click()
    return page


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def listen(page: Page, problems: list[str]) -> None:
    """Collect what the page complains about in its console."""
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)


def send(supporter: Page, site: Site) -> None:
    supporter.goto(site.url)
    shot(supporter, "1-form-phone")
    supporter.get_by_label("Choose or record the video").set_input_files(BELARUSIAN)
    supporter.get_by_label("Language that you speak").select_option("be")
    supporter.get_by_label("Name or invented name").fill("Ганна")
    supporter.get_by_label("I am the person in this video").check()
    supporter.get_by_role("button", name="Send the video").click()
    expect(supporter.get_by_role("heading", level=1)).to_contain_text("Received whole", timeout=PATIENCE)
    shot(supporter, "2-receipt-phone")
    supporter.get_by_role("button", name="See how it stands").click()
    shot(supporter, "3-status-phone")


def correct(translator: Page, site: Site) -> str:
    """Change a cue of the newest appeal and send it to review; gives its address."""
    translator.goto(f"{site.url}/staff/?status=all")
    shot(translator, "4-queue-desk")
    numbers = re.findall(r"/staff/appeals/(\d+)", translator.content())
    address = f"{site.url}/staff/appeals/{max(map(int, numbers))}"
    translator.goto(address)
    submit = translator.get_by_role("button", name="Save and send to review")
    expect(submit).to_be_visible(timeout=PATIENCE)
    translator.get_by_label("Cue 1: Russian").fill("Дорогие белорусы!")
    shot(translator, "5-cues-desk")
    assert translator.evaluate("document.querySelector('video').videoWidth") == 1080
    submit.click()
    return address


def approve(reviewer: Page, address: str) -> None:
    reviewer.goto(address)
    button = reviewer.get_by_role("button", name="Approve this clip")
    expect(button).to_be_visible(timeout=PATIENCE)
    width = reviewer.evaluate(
        "video => new Promise(done => { video.currentTime = 1; video.onseeked = () => done(video.videoWidth) })",
        reviewer.query_selector("video"),
    )
    assert width == 1080
    shot(reviewer, "6-review-desk")
    button.click()


def download(social: Page, site: Site, address: str) -> Path:
    link = social.locator(f"a[href*='/social/clips/{address.rsplit('/', 1)[1]}/finished']")

    def there() -> int:
        social.goto(f"{site.url}/social/")
        return link.count()

    until(there, "a released clip")
    shot(social, "7-gallery-desk")
    with social.expect_download() as saved:
        link.first.click()
    assert saved.value.suggested_filename.endswith(".mp4")
    return Path(saved.value.path())


def test_the_main_job_from_upload_to_download(browser, site):
    problems: list[str] = []
    supporter = person(browser, PHONE)
    translator, reviewer, social = (
        staff(browser, site, *who) for who in [("taisia", "translator"), ("roza", "reviewer"), ("sonya", "social")]
    )
    for page in (supporter, translator, reviewer, social):
        listen(page, problems)
    send(supporter, site)
    address = correct(translator, site)
    approve(reviewer, address)
    finished = download(social, site, address)
    argv = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width", finished]
    found = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    assert "codec_name=h264\nwidth=1080" in found
    assert problems == []

"""Sending from a phone in a real browser: checks before a byte goes, a bad line, a reload, and the plain form."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, Route, expect, sync_playwright

from tests.appeals import BELARUSIAN
from tests.browser.access import faults
from tests.browser.test_way import PHONE, shot
from tests.media import ffmpeg
from tests.proxy import How, Proxy, Trouble
from tests.services import Site, chromium, until

pytestmark = pytest.mark.xdist_group("site")

PAD = 3_000_000  # bytes that make a clip large enough to be seen on its way
SLOW = 500_000  # bytes a second
UPLOAD = re.compile(r"/files/.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield chromium(playwright)


@pytest.fixture
def line(site: Site) -> Iterator[Proxy]:
    """What lies between her and us."""
    with Proxy(int(site.url.rpartition(":")[2])) as proxy:
        yield proxy


@pytest.fixture
def page(browser: Browser, line: Proxy) -> Iterator[Page]:
    """A supporter with the form before her."""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(line.url)
        yield page


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video like no other."""
    pad = PAD.to_bytes(4, "big") + b"free" + hashlib.sha256(str(tmp_path).encode()).digest()
    path = tmp_path / "clip.mp4"
    path.write_bytes(BELARUSIAN.read_bytes() + pad.ljust(PAD, b"\0"))
    return path


def fill(page: Page, clip: Path | None = None) -> None:
    page.locator("#language").select_option("be")
    page.locator("#name").fill("Ганна")
    page.locator("#consent").check()
    if clip:
        page.locator("#video").set_input_files(clip)


def press(page: Page, name: str = "") -> None:
    """The button with this name, or the one that sends."""
    button = page.get_by_role("button", name=name, exact=True) if name else page.locator("#send-button")
    button.click()


def now(page: Page, words: str) -> None:
    expect(page.locator("#sending-now")).to_contain_text(words)


def share(page: Page) -> float:
    return float(page.locator("#sending-bar").evaluate("bar => bar.value"))


def on_its_way(page: Page) -> None:
    """Wait until the server has a part of it, and by far not all."""
    until(
        lambda: '"sent":' in (kept := page.evaluate("sessionStorage.unsent ?? ''")) and '"sent":0' not in kept,
        "a piece",
    )
    assert share(page) < 1


def received(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Received whole", timeout=60_000)
    expect(page.locator("p.digits")).to_have_text(re.compile(r"^(\d{4} ?){4}$"))
    until(lambda: kept(page) == "{} {} ", "nothing left in the browser")


def kept(page: Page) -> str:
    return str(page.evaluate("`${JSON.stringify(sessionStorage)} ${JSON.stringify(localStorage)} ${document.cookie}`"))


def requests(page: Page, method: str, path: str = "/files/") -> list[Request]:
    """A list that grows with each such request."""
    made: list[Request] = []
    page.on(
        "request",
        lambda request: made.append(request) if (request.method, path in request.url) == (method, True) else None,
    )
    return made


def answering(
    page: Page, method: str, *answers: Callable[[Route], None], path: str | re.Pattern[str] = "**/files/"
) -> None:
    """Answer the first requests so; later ones reach the server."""
    left = list(answers)

    def handle(route: Route) -> None:
        if route.request.method == method and left:
            left.pop(0)(route)
        else:
            route.continue_()

    page.route(path, handle)


def broken(route: Route) -> None:
    route.abort("connectionreset")


def refusing(status: int, text: str = "", **headers: str) -> Callable[[Route], None]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda route: route.fulfill(
        status=status, body=text, content_type="text/plain; charset=utf-8", headers=given
    )


def reload(page: Page) -> None:
    """She is warned, and reloads all the same."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", answer)
    page.reload()
    assert asked == ["beforeunload"]


def test_a_video_goes_with_progress_and_can_pause(page, clip, line):
    fill(page, clip)
    expect(page.locator("#video-facts")).to_have_text("3.3\N{NO-BREAK SPACE}MB, 16\N{NO-BREAK SPACE}s")
    line.rate = SLOW
    sent = requests(page, "PATCH")
    press(page)
    now(page, "on its way")
    on_its_way(page)
    expect(page.locator("#sending-figures")).to_have_text(re.compile(r"^\d\d?% · [\d.]+.MB of 3\.3.MB"))
    expect(page.locator("#send-button")).to_be_hidden()
    shot(page, "send-1-on-its-way")
    press(page, "Pause")
    now(page, "Paused")
    assert faults(page) == []
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    before = len(sent)
    page.evaluate("dispatchEvent(new Event('online'))")  # a pause is hers to end
    now(page, "Paused")
    assert len(sent) == before
    line.rate = 0
    press(page, "Go on")
    received(page)
    assert len(sent) > before
    assert faults(page) == []
    shot(page, "send-2-receipt")


def test_what_goes_on_after_a_cut_goes_on_where_it_stopped(page, clip, line):
    line.troubles.append(Trouble(300_000, How.CUT))
    fill(page, clip)
    went = requests(page, "PATCH")
    press(page)
    received(page)
    assert line.met == 1
    assert int(went[0].headers["upload-offset"]) == 0
    assert all(int(request.headers["upload-offset"]) > 0 for request in went[1:])


def test_it_goes_on_by_itself_when_the_network_is_back(page, clip, line):
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    page.context.set_offline(True)
    now(page, "There is no network")
    shot(page, "send-3-offline")
    line.rate = 0
    page.context.set_offline(False)
    received(page)


def test_after_a_reload_the_same_video_goes_on_where_it_stopped(page, clip, line):
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    reload(page)
    line.rate = 0  # not before: the rest would arrive at once
    facts = page.locator("#video-facts")
    expect(facts).to_contain_text(re.compile(r"Part of your video is with us already: [1-9]\d?%"))
    expect(facts).to_be_in_viewport()
    assert page.locator("#language").input_value() == "be"
    assert page.locator("#name").input_value() == "Ганна"
    assert page.locator("#consent").is_checked()
    shot(page, "send-4-reloaded")
    made, went_on = requests(page, "POST", "/files/"), requests(page, "PATCH")
    page.locator("#video").set_input_files(clip)
    press(page)
    received(page)
    assert made == []
    assert int(went_on[0].headers["upload-offset"]) > 0


def test_a_video_that_arrived_before_a_reload_need_not_be_chosen_again(page, clip):
    answering(page, "POST", *[broken] * 9, path="**/send")
    fill(page, clip)
    press(page)
    now(page, "before we could tell you your code")
    page.unroute("**/send")
    reload(page)
    expect(page.locator("#video-facts")).to_contain_text("Your video has arrived")
    press(page)
    received(page)


def test_another_video_after_a_reload_is_sent_from_its_beginning(page, clip, line, tmp_path):
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    reload(page)
    expect(page.locator("#video-facts")).to_contain_text("Part of your video")
    deleted, went = requests(page, "DELETE"), requests(page, "PATCH")
    page.locator("#video").set_input_files(BELARUSIAN)
    press(page)
    received(page)
    assert len(deleted) == 1
    assert went[0].headers["upload-offset"] == "0"


def test_an_upload_that_the_server_forgot_begins_again_by_itself(page, clip):
    answering(page, "PATCH", refusing(410), path=UPLOAD)
    made = requests(page, "POST")
    fill(page, clip)
    press(page)
    received(page)
    assert len([request for request in made if request.url.endswith("/files/")]) == 2


def test_a_proof_of_work_is_done_without_asking_her(page):
    challenge = "tests only"
    proofs: list[str] = []

    def check(route: Route) -> None:
        proofs.append(route.request.headers["proof"])
        route.continue_()

    answering(page, "POST", refusing(429, Proof_Challenge=challenge, Proof_Bits="13"), check)
    fill(page, BELARUSIAN)
    press(page)
    received(page)
    assert proofs[0].startswith(f"{challenge}:")
    assert int.from_bytes(hashlib.sha256(proofs[0].encode()).digest(), "big") >> (256 - 13) == 0


def test_a_closed_intake_says_so_and_is_tried_again(page):
    answering(page, "POST", refusing(503, "Please come back at noon.", Retry_After="3600"))
    fill(page, BELARUSIAN)
    press(page)
    now(page, "We cannot take it at this moment")
    expect(page.locator("#sending-why")).to_have_text("Please come back at noon. Next try in 60\N{NO-BREAK SPACE}min.")
    shot(page, "send-5-closed")
    press(page, "Try now")
    received(page)


def test_a_refusal_for_good_gives_the_button_back(page):
    answering(page, "POST", refusing(413, "That is too much."))
    fill(page, BELARUSIAN)
    press(page)
    expect(page.locator("#video-problem")).to_have_text("That is too much.")
    expect(page.locator("#video")).to_be_focused()
    press(page)
    received(page)


def test_what_she_changed_meanwhile_must_still_be_right(page, clip, line):
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    page.locator("#language").select_option("")
    line.rate = 0
    expect(page.locator("#video-facts")).to_contain_text("Your video has arrived. Please complete the form")
    page.locator("#language").select_option("be")
    press(page)
    received(page)


def test_cancelling_deletes_what_arrived(page, clip, line):
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_response(lambda response: response.request.method == "DELETE") as deleted:
        press(page, "Cancel")
    assert deleted.value.status == 204
    expect(page.locator("#video-facts")).to_have_text("Cancelled. What had arrived is deleted.")
    assert kept(page) == "{} {} "
    assert page.locator("#name").input_value() == "Ганна"
    line.rate = 0
    press(page)  # she may change her mind
    received(page)


def test_the_last_step_too_is_repeated(page):
    answering(page, "POST", broken, refusing(502), path="**/send")
    fill(page, BELARUSIAN)
    press(page)
    now(page, "before we could tell you your code")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    press(page, "Try now")
    received(page)


def test_where_uploads_do_not_get_through_the_plain_form_is_offered(page):
    answering(page, "POST", *[broken] * 9)
    fill(page, BELARUSIAN)
    press(page)
    for _ in range(2):
        now(page, "The line broke")
        press(page, "Try now")
    now(page, "something on the way stops large files")
    shot(page, "send-6-stuck")
    press(page, "Send without this display")
    received(page)


def too_long(folder: Path) -> Path:
    path = folder / "long.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=s=32x32:r=1:d=200", path)
    return path


def too_large(folder: Path) -> Path:
    path = folder / "large.mp4"
    path.write_bytes(BELARUSIAN.read_bytes())
    with path.open("r+b") as file:
        file.truncate(500_000_001)
    return path


def no_video(folder: Path) -> Path:
    path = folder / "letter.mp4"
    path.write_bytes(b"%PDF-1.7 " * 100)
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


REFUSED = [
    (too_long, "The video is 3 min 20 s long, and we can take 3 min."),
    (too_large, "The video has 500.0 MB, and we can take 500.0 MB."),
    (no_video, "This file is not a video that we can read."),
    (empty, "The file is empty."),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED, ids=lambda value: getattr(value, "__name__", None))
def test_what_cannot_be_taken_is_said_before_a_byte_goes(page, tmp_path, make, sentence):
    made = requests(page, "POST", "/")
    fill(page, make(tmp_path))
    problem = page.locator("#video-problem")
    until(lambda: problem.inner_text().replace("\N{NO-BREAK SPACE}", " ").startswith(sentence), sentence)
    assert page.locator("#video").get_attribute("aria-invalid") == "true"
    assert faults(page) == []
    press(page)
    expect(page.locator("#video")).to_be_focused()
    assert made == []
    page.locator("#video").set_input_files(BELARUSIAN)
    expect(problem).to_be_empty()
    assert page.locator("#video").get_attribute("aria-invalid") is None


def test_a_file_that_changes_meanwhile_has_its_own_sentence(page, clip, line):
    fill(page, clip)
    expect(page.locator("#video-facts")).to_contain_text("MB")
    line.rate = SLOW
    press(page)
    on_its_way(page)
    clip.write_bytes(clip.read_bytes()[:-1000])
    page.context.set_offline(True)
    expect(page.locator("#video-problem")).to_contain_text("The file has changed or gone")


def test_a_file_that_cannot_be_read_has_its_own_sentence(page, clip):
    fill(page)
    page.evaluate(
        "() => { Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('', 'NotReadableError')) }"
    )
    page.locator("#video").set_input_files(clip)
    expect(page.locator("#video-problem")).to_contain_text("download it to the phone first")


def test_leaving_in_a_hurry_forgets_everything_and_asks_nothing(page, clip, line):
    page.context.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    fill(page, clip)
    line.rate = SLOW
    press(page)
    on_its_way(page)
    here = page.url
    with page.expect_request(lambda request: request.method == "DELETE"):
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url("https://**")
    page.goto(here)
    assert kept(page) == "{} {} "
    expect(page.locator("#name")).to_be_empty()


def test_without_scripts_the_plain_form_works(browser, site):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.url)
        for scripted in ("#record", "#sending", "#recorder"):
            expect(page.locator(scripted)).to_be_hidden()
        fill(page, BELARUSIAN)
        press(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Received whole", timeout=60_000)
        expect(page.locator("#keep")).to_be_hidden()


def test_the_code_can_be_copied_saved_and_printed(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill(page, BELARUSIAN)
    press(page)
    received(page)
    code = page.locator("p.digits").inner_text()
    press(page, "Copy")
    expect(page.locator("#keep [role=status]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == code
    with page.expect_download() as saved:
        press(page, "Save as image")
    assert saved.value.suggested_filename == "note.png"
    width, height = struct.unpack(">II", Path(saved.value.path()).read_bytes()[16:24])
    assert (width, height) == (1080, 540)
    page.evaluate("window.print = () => document.title = 'printed'")
    press(page, "Print")
    assert page.title() == "printed"
    page.emulate_media(media="print")
    seen = page.locator("body").inner_text().split("\n")
    assert seen[0] == code
    assert "".join(seen[1:]).strip().count(".") == 2  # two sentences, and nothing else


def test_the_first_page_is_light(page, line):
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(line.url, wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) < 100_000


def test_nothing_moves_when_the_scripts_come(page, line):
    page.add_init_script(
        "window.moved = 0; const add = list => list.getEntries().forEach(each => window.moved += each.value);"
        "new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true})"
    )
    page.set_viewport_size({"width": 360, "height": 3000})  # all of it is in sight
    page.goto(line.url, wait_until="networkidle")
    assert page.evaluate("window.moved") == 0


def test_our_sha_256_is_sha_256(page):
    script = "data => import('/static/sha256.js').then(({hex}) => hex(Uint8Array.from(data)))"
    for size in (0, 1, 55, 56, 63, 64, 119, 120, 1000):
        data = bytes(each % 251 for each in range(size))
        assert page.evaluate(script, list(data)) == hashlib.sha256(data).hexdigest()


def test_time_left_follows_the_line(page):
    script = """async () => {
        const { pace } = await import('/static/pace.js');
        const measure = pace();
        const seen = [[0, 0], [1000, 1], [9000, 4], [4000, 5], [8000, 9]];  // the fourth after a break
        const speeds = seen.map(([bytes, seconds]) => measure(bytes, seconds * 1000));
        return speeds.map(each => Number.isNaN(each) ? null : each);
    }"""
    assert page.evaluate(script) == [None, None, 2250, None, 1000]

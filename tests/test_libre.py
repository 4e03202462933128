"""A translation server, here a small one of our own over real HTTP, that answers well, badly or not at all."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.russian import libre
from pipeline.russian.answer import Room
from pipeline.russian.engines import Translation, parse, translate
from tests.media import BOX

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """The address of a server that answers each POST so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer(self, body | {"path": self.path})

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def send(handler: BaseHTTPRequestHandler, content: object, status: int = 200, **headers: str) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def well(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    send(handler, {"translatedText": [f"По-русски {len(text)}" for text in body["q"]]})


def ask(
    url: str, work: Path, texts: list[str], seconds: float = 20, key: str = "", language: str = "be"
) -> list[Translation]:
    engine = parse(f"libretranslate:{url}", key)
    return translate([engine], texts, language, Room(BOX, work, time.monotonic() + seconds))


def test_a_server_is_asked_as_libretranslate_wants_it(tmp_path):
    bodies: list[dict[str, Any]] = []

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        bodies.append(body)
        well(handler, body)

    with server(answer) as url:
        made = ask(f"{url}/", tmp_path, ["Так.", "Мы чакаем"], key="secret")
        ask(url, tmp_path, ["Так."], language="")
    assert made == [Translation("По-русски 4", "libretranslate"), Translation("По-русски 9", "libretranslate")]
    assert bodies[0] == {
        "path": "/translate", "q": ["Так.", "Мы чакаем"], "source": "be", "target": "ru", "format": "text",
        "api_key": "secret",
    }  # fmt: skip
    assert bodies[1]["source"] == "auto" and "api_key" not in bodies[1]


def test_many_texts_are_sent_in_parts_and_come_back_in_order(tmp_path):
    sizes: list[int] = []

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        sizes.append(len(body["q"]))
        well(handler, body)

    texts = ["б" * (number + 5) for number in range(45)]
    with server(answer) as url:
        made = ask(url, tmp_path, texts)
    assert sizes == [20, 20, 5]
    assert [each.text for each in made] == [f"По-русски {len(text)}" for text in texts]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"error": "be is not supported"}, 400),
        ({"translatedText": ["Да."]}, 500),
        (b"<html><body>Welcome</body></html>", 200),
        (b"", 200),
        (b"\xff\xfe", 200),
        ([], 200),
        ({"translatedText": "Да."}, 200),
        ({"translatedText": [["Да."]]}, 200),
        ({"translatedText": []}, 200),
        ({"translatedText": ["Да.", "Нет."]}, 200),
        ({"translatedText": ["Да." * 400_000]}, 200),
    ],
)
def test_an_answer_that_is_none_is_not_believed(content, status, tmp_path):
    with server(lambda handler, body: send(handler, content, status)) as url:
        assert ask(url, tmp_path, ["Так."])[0].doubts == ("untranslated", "no_answer")


@pytest.mark.parametrize("text", ["", "Yes.", "<b>Да.</b>"])
def test_a_text_that_is_nonsense_is_not_believed(text, tmp_path):
    with server(lambda handler, body: send(handler, {"translatedText": [text]})) as url:
        assert ask(url, tmp_path, ["Так."])[0].text == ""


def test_signs_that_were_escaped_for_html_are_signs_again(tmp_path):
    with server(
        lambda handler, body: send(handler, {"translatedText": ["Он сказал: &quot;нет&quot; &amp; ушёл"]})
    ) as url:
        assert ask(url, tmp_path, ['Ён сказаў "не" & пайшоў'])[0].text == 'Он сказал: "нет" & ушёл'
        assert ask(url, tmp_path, ["Ён сказаў &quot;не&quot;"])[0].text == "Он сказал: &quot;нет&quot; &amp; ушёл"


def test_a_server_does_not_send_us_elsewhere(tmp_path):
    calls: list[str] = []

    def elsewhere(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        calls.append("elsewhere")
        well(handler, body)

    with server(elsewhere) as other:
        for status in (302, 307, 308):
            with server(lambda handler, body, status=status: send(handler, b"", status, Location=other)) as url:
                assert ask(url, tmp_path, ["Так."])[0].text == ""
    assert calls == []


def test_a_slow_server_is_not_waited_for(tmp_path):
    closing = threading.Event()
    with server(lambda handler, body: closing.wait(20) and None) as url:
        began = time.monotonic()
        assert ask(url, tmp_path, ["Так."], seconds=0.3)[0].doubts == ("untranslated", "no_answer")
        assert time.monotonic() - began < 10
        closing.set()


def test_a_server_that_sends_a_little_at_a_time_is_not_waited_for(tmp_path):
    closing, hung_up = threading.Event(), threading.Event()

    def drip(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not closing.wait(0.02):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                hung_up.set()
                return

    with server(drip) as url:
        assert ask(url, tmp_path, ["Так."], seconds=0.4)[0].text == ""
        assert hung_up.wait(10)  # and no thread goes on listening
        closing.set()


def test_an_answer_that_is_packed_or_comes_in_chunks_is_read(tmp_path):
    data = gzip.compress(json.dumps({"translatedText": ["Да, да."]}).encode())

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        for part in (data[:9], data[9:], b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            handler.wfile.flush()

    with server(answer) as url:
        assert ask(url, tmp_path, ["Так, так."])[0].text == "Да, да."


def test_nobody_listening_is_no_answer(tmp_path):
    assert ask("http://127.0.0.1:1", tmp_path, ["Так."])[0].doubts == ("untranslated", "no_answer")


def test_no_proxy_of_the_machine_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with server(well) as url:
        assert ask(url, tmp_path, ["Так."])[0].text == "По-русски 4"


def test_the_size_of_an_answer_is_counted_as_it_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(libre, "MAX_BYTES", 100)
    with server(lambda handler, body: send(handler, {"translatedText": ["Да. " * 9]})) as url:
        assert ask(url, tmp_path, ["Так, так, так"])[0].text == ""

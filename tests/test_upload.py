"""A form with a file, as it comes over the line: in whatever pieces, nothing of it is hurt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.wrappers import Request

from web import line, upload

NAME = "Ганна Ў. 🕊"
FORM = (
    f'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n{NAME}\r\n'
    '--edge\r\nContent-Disposition: form-data; name="video"; filename="x.mp4"\r\n\r\nbytes of it\r\n'
    '--edge\r\nContent-Disposition: form-data; name="whole"\r\n\r\nyes\r\n--edge--\r\n'
).encode()


def came(folder: Path, monkeypatch: pytest.MonkeyPatch, *pieces: bytes) -> upload.Upload:
    """What is read where these pieces come, one by one."""

    def coming(_request: Request) -> Iterator[bytes]:
        yield from pieces

    monkeypatch.setattr(line, "pieces", coming)
    monkeypatch.setattr(upload, "guard", lambda: SimpleNamespace(place=lambda: "hanna"))
    request = Request({"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=edge"})
    with upload.receive(request, folder, keep_bytes=1000, read_bytes=1000) as found:
        return found


def test_wherever_the_line_parts_a_form_its_letters_and_its_video_are_the_same(tmp_path, monkeypatch):
    for at in range(len(FORM) + 1):
        found = came(tmp_path, monkeypatch, FORM[:at], FORM[at:])
        assert (found.whole, found.fields) == (True, {"name": NAME, "whole": "yes"}), at
        assert (found.size, found.sha256) == (11, hashlib.sha256(b"bytes of it").hexdigest()), at


def test_what_was_typed_survives_a_cut(tmp_path, monkeypatch):
    found = came(tmp_path, monkeypatch, FORM[: FORM.index(b"of it")])
    assert (found.whole, found.fields) == (False, {"name": NAME})


def test_a_field_is_kept_up_to_a_length(tmp_path, monkeypatch):
    monkeypatch.setattr(upload, "FIELD_BYTES", 5)
    found = came(tmp_path, monkeypatch, FORM[:55], FORM[55:])
    assert found.fields["name"] == NAME.encode()[:5].decode("utf-8", "replace")


def filled(stack: ExitStack, most: int, form: bool, who: str = "") -> None:
    """So many places are taken, and no more can be."""
    for _ in range(most):
        stack.enter_context(line.place(who, form))
    with pytest.raises(line.Full), line.place(who, form):
        pass


def test_one_place_cannot_take_all_the_lines():
    with ExitStack() as stack:
        filled(stack, line.OF_ONE, form=True, who="attacker")
        stack.enter_context(line.place("hanna", form=True))


def test_plain_forms_leave_a_share_to_the_others():
    with ExitStack() as stack:
        filled(stack, line.FORMS, form=True)
        filled(stack, line.MOST - line.FORMS, form=False)
    with line.place("", form=True):  # all have gone
        pass


def test_a_line_must_bring_a_little_on_average_and_may_be_silent_once_it_brought_much(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(line.time, "monotonic", lambda: clock[0])
    drips, brought = line.Patience(), line.Patience()
    brought.heard(100_000)
    with pytest.raises(line.Cut):
        while clock[0] < 40:
            clock[0] += 1
            drips.heard(40)
    clock[0] = 59
    assert brought.left() == 1

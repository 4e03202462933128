"""A form with a file, as it comes over the line: in whatever pieces, nothing of it is hurt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.wrappers import Request

from web import line, upload

NAME = "Ганна Ў. 🕊"
FORM = (
    f'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n{NAME}\r\n'
    '--edge\r\nContent-Disposition: form-data; name="video"; filename="x.mp4"\r\n\r\nbytes of it\r\n'
    "--edge--\r\n"
).encode()


def came(folder: Path, monkeypatch: pytest.MonkeyPatch, *pieces: bytes) -> upload.Upload:
    """What is read where these pieces come, one by one."""

    def coming(_request: Request) -> Iterator[bytes]:
        yield from pieces

    monkeypatch.setattr(line, "pieces", coming)
    request = Request({"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=edge"})
    with upload.receive(request, folder, keep_bytes=1000, read_bytes=1000) as found:
        return found


def test_a_letter_that_comes_in_two_pieces_is_one_letter(tmp_path, monkeypatch):
    for at in range(len(FORM) + 1):
        found = came(tmp_path, monkeypatch, FORM[:at], FORM[at:])
        assert (found.whole, found.fields) == (True, {"name": NAME}), at


def test_what_was_typed_survives_a_cut(tmp_path, monkeypatch):
    found = came(tmp_path, monkeypatch, FORM[:-30])
    assert (found.whole, found.fields) == (False, {"name": NAME})


def test_a_field_is_kept_up_to_a_length(tmp_path, monkeypatch):
    monkeypatch.setattr(upload, "FIELD_BYTES", 5)
    found = came(tmp_path, monkeypatch, FORM[:55], FORM[55:])
    assert found.fields == {"name": NAME.encode()[:5].decode("utf-8", "replace")}

"""A browser without JavaScript: it keeps cookies, follows links, fills forms and presses buttons, by HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    """A form of a page: where it goes, what it holds, and the words on its buttons with what each would send."""

    action: str
    id: str = ""
    boxes: list[tuple[str, str]] = field(default_factory=list)  # those that are not ticked
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of all its fields, ticked or not
    buttons: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._button: dict[str, str] | None = None
        self._area = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("id", "")))
            return
        if not self.forms:
            return
        self.forms[-1].names.add(found.get("name", ""))
        if found.get("type") == "checkbox" and "checked" not in found:
            self.forms[-1].boxes.append((found["name"], found.get("value", "on")))
        left_out = {"file"} | (set() if "checked" in found else {"checkbox", "radio"})
        if tag == "input" and "name" in found and found.get("type") not in left_out:
            self.forms[-1].values.append((found["name"], found.get("value", "")))
        elif tag == "textarea":
            self._area = True
            self.forms[-1].values.append((found["name"], ""))
        elif tag == "button":
            self._button = found

    def handle_endtag(self, tag: str) -> None:
        self._area = self._area and tag != "textarea"

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area:
            name, text = self.forms[-1].values[-1]
            self.forms[-1].values[-1] = (name, text + data)
        elif self._button is not None and data.strip():
            sent = {self._button["name"]: self._button.get("value", "")} if "name" in self._button else {}
            own = next((form for form in self.forms if form.id and form.id == self._button.get("form")), self.forms[-1])
            own.buttons[data.strip()] = (self._button.get("formaction", own.action), sent)
            self._button = None


class Visitor:
    """Somebody with a browser."""

    def __init__(self, site: str) -> None:
        self.site, self.session = site, requests.Session()
        self.page = self.url = ""
        self.status = 0

    def open(self, path: str) -> str:
        """Go to a page; gives its HTML."""
        return self._came(self.session.get(urljoin(self.site, path), timeout=60))

    def press(self, button: str, *, video: Path | None = None, tick: str = "", **typed: str) -> str:
        """Fill the form that has this button and press it; gives the next page.

        typed: fields by name. tick: the boxes of this name are ticked, all of them.
        """
        form = next(form for form in _Reader(self.page).forms if button in form.buttons)
        action, sent = form.buttons[button]
        if not form.names >= set(typed):
            raise LookupError(f"the form has only {form.names}")
        fields = [(name, value) for name, value in form.values if name not in typed]
        fields += [*typed.items(), *sent.items(), *(box for box in form.boxes if box[0] == tick)]
        files: Any = None
        if video:  # the last field of the form stands behind the file
            fields.remove(("whole", "yes"))
            files = {"video": (video.name, video.read_bytes(), "video/mp4"), "whole": (None, "yes")}
        return self._came(self.session.post(urljoin(self.url, action), data=fields, files=files, timeout=120))

    def screen(self, page: str) -> None:
        """Let the clip of this appeal pass to the volunteers."""
        self.open(f"{page}/screen")
        self.press("Pass: volunteers may see it", tick="seen")

    def texts(self, page: str) -> list[str]:
        """What stands in the cues of this appeal, as the editor shows them."""
        return [row["text"] for row in self._bench(page)["rows"]]

    def correct(self, page: str, *changed: tuple[str, str], rows: list[dict[str, Any]] | None = None) -> None:
        """Do what the editor's script does: change these texts, save, and send the clip to review.

        rows: what stands there instead of the draft.
        """
        bench = self._bench(page)
        known = ("start", "end", "text", "doubts", "origin", "language")
        now = rows or [{name: row[name] for name in known} for row in bench["rows"]]
        for old, new in changed:
            next(row for row in now if row["text"] == old)["text"] = new
        numbered = [{"id": str(place), **row} for place, row in enumerate(now)]
        body = {"tab": "visitor", "base": bench["revision"], "rows": numbered, "submit": True}
        url, headers = urljoin(self.site, f"{page}/revisions"), {"X-CSRFToken": bench["token"]}
        self._came(self.session.post(url, json=body, headers=headers, timeout=60))

    def _bench(self, page: str) -> dict[str, Any]:
        answer = self.session.get(urljoin(self.site, f"{page}/bench.json"), timeout=60)
        answer.raise_for_status()
        bench: dict[str, Any] = answer.json()
        return bench

    def fetch(self, path: str) -> bytes:
        """Download a file."""
        answer = self.session.get(urljoin(self.site, path), timeout=60)
        answer.raise_for_status()
        return answer.content

    @property
    def words(self) -> str:
        """What the page says, without tags, white space folded."""
        return " ".join(" ".join(_Reader(self.page).words).split())

    def _came(self, answer: requests.Response) -> str:
        self.page, self.url, self.status = answer.text, answer.url, answer.status_code
        return self.page

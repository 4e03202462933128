"""What holds for every page: who may see it, its headers, its weight, and that it leans on nobody else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

import web
from pipeline.db import migrate
from pipeline.models import Status
from pipeline.sandbox import Sandbox
from tests import cast

TEAM = {"tanya", "rita", "ada"}
REVIEWERS = {"rita", "ada"}
PUBLISHERS = {"rita", "sveta", "ada"}
ADMIN = {"ada"}
ALL = {"stranger", "tanya", "rita", "sveta", "ada"}

#: Every route, and who may use it. A new route fails the test until it stands here.
ROUTES = {
    "GET /": ALL,
    "POST /": ALL,
    "POST /send": ALL,
    "GET /status": ALL,
    "POST /status": ALL,
    "POST /withdraw": ALL,
    "POST /choices": ALL,
    "POST /message": ALL,
    "GET /clip/<token>": ALL,
    "POST /files/": ALL,
    "POST /files/<upload_id>": ALL,
    "PATCH /files/<upload_id>": ALL,
    "DELETE /files/<upload_id>": ALL,
    "GET /healthz": ALL,
    "GET /static/<path:filename>": ALL,
    "GET /staff/sign-in": ALL,
    "POST /staff/sign-in": ALL,
    "POST /staff/sign-out": ALL,
    "GET /staff/": TEAM | {"sveta"},  # who is led on to the clips
    "GET /staff/counts.json": TEAM,
    "GET /staff/next": TEAM,
    "POST /staff/next": TEAM,
    "GET /staff/me": TEAM | {"sveta"},
    "POST /staff/me": TEAM | {"sveta"},
    "POST /staff/me/languages": TEAM | {"sveta"},
    "POST /staff/me/password": TEAM | {"sveta"},
    "GET /staff/appeals/<int:appeal_id>/edit": TEAM,
    "GET /staff/appeals/<int:appeal_id>": TEAM,
    "GET /staff/appeals/<int:appeal_id>/bench.json": TEAM,
    "PUT /staff/appeals/<int:appeal_id>/draft": TEAM,
    "DELETE /staff/appeals/<int:appeal_id>/draft": TEAM,
    "POST /staff/appeals/<int:appeal_id>/revisions": TEAM,
    "POST /staff/appeals/<int:appeal_id>/hold": TEAM,
    "DELETE /staff/appeals/<int:appeal_id>/hold": TEAM,
    "POST /staff/appeals/<int:appeal_id>/check": TEAM,
    "GET /staff/appeals/<int:appeal_id>/history": TEAM,
    "POST /staff/appeals/<int:appeal_id>/restore": TEAM,
    "POST /staff/appeals/<int:appeal_id>/import": TEAM,
    "GET /staff/appeals/<int:appeal_id>/russian.<kind>": TEAM,
    "GET /staff/appeals/<int:appeal_id>/media/<kind>": TEAM,
    "POST /staff/appeals/<int:appeal_id>/retry": TEAM,
    "POST /staff/appeals/<int:appeal_id>/redo": TEAM,
    "GET /staff/appeals/<int:appeal_id>/screen": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/screen/pass": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/screen/again": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/screen/ask": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/screen/reject": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/urgent": REVIEWERS,
    "GET /staff/appeals/<int:appeal_id>/review": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/notes": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/notes/<int:note_id>/drop": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/notes/<int:note_id>/done": TEAM,
    "POST /staff/appeals/<int:appeal_id>/take": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/approve": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/return": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/reject": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/reopen": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/message": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/seen": REVIEWERS,
    "POST /staff/appeals/<int:appeal_id>/contact": ADMIN,
    "GET /social/": PUBLISHERS,
    "GET /social/take-downs": PUBLISHERS,
    "POST /social/take-downs/<int:take_down_id>/done": PUBLISHERS,
    "POST /social/take-downs/<int:take_down_id>/open": PUBLISHERS,
    "POST /social/take-downs/<int:take_down_id>/mine": PUBLISHERS,
    "POST /social/downloads/<int:download_id>/known": TEAM | {"sveta"},
    "GET /social/posts": PUBLISHERS,
    "GET /social/posts.csv": PUBLISHERS,
    "GET /social/posts/log": PUBLISHERS,
    "POST /social/posts/log": PUBLISHERS,
    "GET /social/posts/<int:post_id>": PUBLISHERS,
    "POST /social/posts/<int:post_id>": PUBLISHERS,
    "POST /social/posts/<int:post_id>/strike": PUBLISHERS,
    "POST /social/posts/<int:post_id>/restore": PUBLISHERS,
    "POST /social/posts/<int:post_id>/reach": PUBLISHERS,
    "POST /social/reach/<int:reach_id>/strike": PUBLISHERS,
    "POST /social/reach/<int:reach_id>/restore": PUBLISHERS,
    "GET /social/reach": PUBLISHERS,
    "GET /social/reach/report": PUBLISHERS,
    "GET /social/reach/report.md": PUBLISHERS,
    "GET /social/reach/report.csv": PUBLISHERS,
    "GET /social/reach/import": PUBLISHERS,
    "POST /social/reach/import": PUBLISHERS,
    "GET /social/clips/<int:appeal_id>": PUBLISHERS,
    "GET /social/clips/<int:appeal_id>/<kind>": PUBLISHERS,
    "GET /social/clips/<int:appeal_id>/shown/<kind>": PUBLISHERS,
    "GET /social/clips/<int:appeal_id>/kit.zip": PUBLISHERS,
    "GET /social/kits.zip": PUBLISHERS,
    "POST /social/clips/<int:appeal_id>/tags": PUBLISHERS,
    "GET /feed.json": ALL,  # who has a token
    "GET /feed.xml": ALL,
    "GET /feed/clips/<int:appeal_id>/kit.zip": ALL,
    "GET /admin/": ADMIN,
    "GET /admin/accounts/<int:account_id>": ADMIN,
    "POST /admin/accounts/add": ADMIN,
    "POST /admin/accounts/password": ADMIN,
    "POST /admin/accounts/change": ADMIN,
    "GET /admin/stuck": ADMIN,
    "GET /admin/audit": ADMIN,
    "GET /admin/intake": ADMIN,
    "POST /admin/intake": ADMIN,
    "GET /admin/feeds": ADMIN,
    "POST /admin/feeds/add": ADMIN,
    "POST /admin/feeds/<int:token_id>/revoke": ADMIN,
    "GET /admin/memory": ADMIN,
    "POST /admin/memory/import": ADMIN,
    "GET /admin/memory.tmx": ADMIN,
    "POST /admin/memory/drop": ADMIN,
}
GUARDED = {route: allowed for route, allowed in ROUTES.items() if allowed != ALL}
#: What a page's script asks for: it is answered in JSON and never sent elsewhere.
SCRIPTED = ("/bench.json", "/draft", "/revisions", "/hold", "/check", "/done")


def scripted(route: str) -> bool:
    return route.endswith(SCRIPTED) and "/appeals/" in route


def address(route: str, appeal_id: int) -> tuple[str, str]:
    """Method and path of a route, for this appeal."""
    method, rule = route.split(" ")
    values = {"<int:post_id>": 1, "<int:reach_id>": 1, "<int:download_id>": 1}
    values |= {"<int:appeal_id>": appeal_id, "<int:take_down_id>": 1, "<int:account_id>": 1, "<int:note_id>": 1}
    values["<int:token_id>"] = 1
    kind = "srt" if "russian" in rule else "finished"
    for pattern, value in {**values, "<kind>": kind, "<path:filename>": "style.css"}.items():
        rule = rule.replace(pattern, str(value))
    return method, rule


def test_every_route_is_listed(app: Flask):
    found = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert found == set(ROUTES)


def test_every_role_gets_what_it_may_and_nothing_else(stranger, tanya, rita, sveta, ada, desk):
    made = cast.appeal(desk, Status.RELEASED)
    cast.posted(desk, made)
    people = {"tanya": tanya, "rita": rita, "sveta": sveta, "ada": ada}
    wrong = []
    for route, allowed in GUARDED.items():
        method, path = address(route, made.id)
        for name, person in people.items():
            fields = {} if method == "GET" else {"csrf_token": person.token(), "name": "nobody", "role": "social"}
            answer = person.open(path, method=method, data=fields)
            may = answer.status_code not in {404, 405}
            wrong += [f"{name} {route}: {answer.status_code}"] if may != (name in allowed) else []
        answer = stranger.open(path, method=method)
        came_to = (answer.location or "").split("?")[0]
        refused = answer.status_code == 401 if scripted(route) else came_to == "/staff/sign-in"
        wrong += [] if refused else [f"stranger {route}: {answer.status_code}"]
    assert wrong == []


def test_no_form_and_no_script_of_the_team_works_without_its_token(ada, desk):
    made = cast.appeal(desk)
    for route in [route for route in GUARDED if not route.startswith("GET")]:
        method, path = address(route, made.id)
        answer = ada.open(path, method=method, data={"name": "ada"})
        assert answer.status_code == (403 if scripted(route) else 400), route


def test_every_answer_has_the_headers(stranger, ada, desk):
    made = cast.appeal(desk, Status.RELEASED)
    cast.posted(desk, made)
    paths = [address(route, made.id)[1] for route in ROUTES if route.startswith("GET")]
    for answer in [*map(ada.get, paths), *map(stranger.get, ["/nothing", "/send", "/staff/"]), stranger.post("/send")]:
        is_form = (answer.request.method, answer.request.path) in {("GET", "/"), ("POST", "/send")}
        for name, value in (web.HEADERS | (web.FORM_HEADERS if is_form else {})).items():
            assert answer.headers.get(name) == value, answer.request.path
        assert "Strict-Transport-Security" not in answer.headers


def test_with_https_the_browser_is_told_to_stay_there(settings):
    migrate(settings.database_url)
    app = web.create_app(replace(settings, https=True))
    answer = app.test_client().get("/staff/sign-in", base_url="https://appeals.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]
    app.extensions["desk"].db.close()


def test_a_form_of_the_team_works_over_https_without_a_referer(settings):
    migrate(settings.database_url)
    app = web.create_app(replace(settings, https=True))
    app.test_client_class = cast.Person
    person = app.test_client()
    page = person.get("/staff/sign-in", base_url="https://a.example").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    fields = {"csrf_token": token, "name": "nobody", "password": "wrong"}
    answer = person.post("/staff/sign-in", base_url="https://a.example", data=fields)
    assert "do not fit" in answer.text
    app.extensions["desk"].db.close()


def test_public_pages_set_no_cookie(stranger):
    for path in ("/", "/status", "/healthz", "/nothing", "/static/style.css"):
        assert "Set-Cookie" not in stranger.get(path).headers


@pytest.mark.parametrize("language", ["en", "uk"])  # a letter of uk has two bytes
def test_the_first_page_weighs_at_most_a_hundred_kilobytes_with_all_that_it_loads(stranger, language):
    page = stranger.get(f"/?lang={language}").text
    to_load, loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page), {}
    while to_load:
        path = to_load.pop()
        loaded[path] = stranger.get(path).data
        imported = re.findall(r'^import .*"\./([^"]+)";$', loaded[path].decode(), re.MULTILINE)
        to_load += [f"/static/{name}" for name in imported if f"/static/{name}" not in loaded]
    assert {"/static/send.js", "/static/texts.js"} <= set(loaded), "the scripts and what they import"
    assert len(page.encode()) + sum(map(len, loaded.values())) <= 100_000


def pages(desk, ada) -> dict[str, str]:
    """Every kind of page, as the admin sees it."""
    made = [cast.appeal(desk, status) for status in Status]
    cast.posted(desk, made[7])
    paths = [
        "/",
        "/status",
        "/nothing",
        "/staff/?status=",
        "/staff/next",
        "/staff/me",
        "/social/",
        "/social/posts",
        "/social/posts/log?appeal_id=8",
        "/social/posts/1",
        "/social/reach",
        "/social/reach/report",
        "/social/reach/import",
        "/social/take-downs",
        "/admin/",
        "/admin/stuck",
        "/admin/audit",
        "/admin/memory",
        *(f"/staff/appeals/{made[3].id}{more}" for more in ("/edit", "/history")),
        f"/staff/appeals/{made[1].id}/screen",
        f"/staff/appeals/{made[5].id}/review",
    ]
    return {path: ada.get(path).text for path in [*paths, *(f"/staff/appeals/{one.id}" for one in made)]}


def test_no_page_leans_on_another_host_or_holds_code_or_style_of_its_own(ada, desk):
    for path, page in pages(desk, ada).items():
        there = desk.campaign.leave_to  # the one way out
        page = page.replace(f'<a id="leave" href="{there}" rel="noreferrer">', "")
        page = re.sub(r'<a class="outside" href="https://[^"]+" rel="noreferrer noopener"', "<a", page)  # to a post
        assert not re.findall(r'\s(?:src|href|action|formaction|poster)="(?!/(?!/)|#|\?)[^"]', page), path
        code = re.sub(r'<script type="application/json"', "<data", page)
        assert not re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", code), path
    for file in Path(web.__file__).parent.glob("static/*.*"):
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", file.read_text()), file.name


def test_every_page_has_a_language_one_heading_and_labels(ada, desk):
    for path, page in pages(desk, ada).items():
        assert '<html lang="en" dir="ltr">' in page and page.count("<h1") == 1, path
        assert "None" not in page and "Undefined" not in page, path
        labelled = {*re.findall(r'<label[^>]* for="([^"]+)"', page)}
        # left out: fields inside of their labels, and what a script copies and names
        by_label = re.sub(r"(?s)<label>[^<]*<(?:input|select)[^>]*>|<template.*?</template>", "", page)
        fields = re.findall(r"<(?:input|select|textarea)(?![^>]*type=\"(?:hidden|checkbox|radio)\")[^>]*>", by_label)
        boxes = re.findall(r"<input [^>]*type=\"(?:checkbox|radio)\"", page)
        assert len(boxes) == len(re.findall(r"<label[^>]*>\s*<input type=\"(?:checkbox|radio)\"", page)), path
        for field in fields:
            name = re.search(r' id="([^"]+)"', field)
            assert "aria-label=" in field or (name and name[1] in labelled), (path, field)


@pytest.mark.parametrize(("path", "code"), [("/nothing", 404), ("/send", 405), ("/staff/appeals/9", 404)])
def test_errors_are_pages_in_plain_words(ada, path, code):
    answer = ada.get(path)
    assert answer.status_code == code
    assert "<h1>" in answer.text and "Traceback" not in answer.text and "Werkzeug" not in answer.text


def test_error_pages_keep_who_is_signed_in_among_the_pages_of_the_team(tanya, sveta, stranger):
    assert "Sign out" in tanya.get("/nothing").text and "To the queue" in tanya.get("/nothing").text
    assert "To the clips" in sveta.get("/nothing").text
    assert "Sign out" not in stranger.get("/nothing").text and "To the first page" in stranger.get("/nothing").text


def test_a_fault_of_ours_is_a_page_without_its_details(app, stranger, monkeypatch):
    monkeypatch.setitem(app.view_functions, "submit.first", lambda: 1 / 0)
    answer = stranger.get("/")
    assert answer.status_code == 500
    assert "It is not your fault" in answer.text and "division" not in answer.text


def test_a_database_that_is_away_is_said(app, stranger, settings):
    (settings.data_dir / "appeals.sqlite3").rename(settings.data_dir / "away")
    app.extensions["desk"].db.close()
    (settings.data_dir / "appeals.sqlite3").mkdir()
    assert stranger.get("/healthz").status_code == 503
    assert stranger.post("/status", data={"code": cast.CODE}).status_code == 503


def test_healthz_says_ok_and_nothing_else(stranger):
    assert stranger.get("/healthz").text == "ok\n"


def test_a_large_form_is_refused_where_no_video_is_expected(stranger):
    assert stranger.post("/status", data={"code": "1" * 3_000_000}).status_code == 413


def test_the_demonstration_model_is_named_on_every_page(settings):
    migrate(settings.database_url)
    app = web.create_app(replace(settings, whisper_model="phrasebook"))
    assert "do not send a real appeal here" in app.test_client().get("/").text
    app.test_client_class = cast.Person
    assert "phrasebook" in cast.enter(app, "tanya").get("/staff/").text
    app.extensions["desk"].db.close()


def test_a_sandbox_that_is_off_is_shouted_about_to_the_team_only(settings, monkeypatch):
    monkeypatch.setattr(Sandbox, "check", lambda self: "bubblewrap is missing.")
    migrate(settings.database_url)
    app = web.create_app(replace(settings, allow_unsandboxed=True))
    app.test_client_class = cast.Person
    assert "bubblewrap is missing." in cast.enter(app, "tanya").get("/staff/").text
    assert "sandbox" not in app.test_client().get("/").text
    app.extensions["desk"].db.close()


def test_a_sandbox_that_is_on_is_not_mentioned(tanya):
    assert "sandbox" not in tanya.get("/staff/").text

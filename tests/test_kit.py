"""What leaves of a released clip: its files and its kits, only while it is released, and who took them is known."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws
from sqlalchemy import update

from pipeline import kit, texts
from pipeline.base import now
from pipeline.consent import to_rows
from pipeline.models import Appeal, Consent, File, Kind, Role, Status
from pipeline.publishing import Download
from pipeline.s3 import S3Storage
from pipeline.withdraw import withdraw
from tests import cast
from tests.cast import CHOICES, CLIP, WORDINGS
from web import accounts, kits
from web.kits import TakenBack

SECRET = "a contact of hers"


def rendition(desk, made: Appeal, preset: str, content: bytes | None = None) -> None:
    """A rendition for this preset; with the same content as another one it is the same file."""
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        path = desk.scratch.incoming / secrets.token_hex(8)
        path.write_bytes(content or b"video for " + preset.encode())
        stored = desk.storage.put(path, there.folder, "rendition.mp4")
        there.files.append(
            File(
                kind=Kind.RENDITION,
                preset=preset,
                key=stored.key,
                sha256=stored.sha256,
                size=stored.size,
                crc32=stored.crc32,
                revision_id=there.submitted_revision_id,
            )
        )


def released(desk, *presets: str, **choices: object) -> Appeal:
    """A clip with renditions for these presets, and her choices."""
    made = cast.appeal(desk, Status.IN_REVIEW, shown_country="Poland", contact=SECRET)
    with desk.db.write() as session:
        rows = to_rows(replace(CHOICES, **choices), WORDINGS)
        session.execute(update(Consent).where(Consent.appeal_id == made.id).values(answers=rows))
    made = cast.onward(desk, made, Status.APPROVED, Status.RELEASED)
    for preset in presets:
        rendition(desk, made, preset)
    return made


def unzipped(answer) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as there:
        assert there.testzip() is None
        return {name: there.read(name) for name in there.namelist()}


def today() -> str:
    return now().date().isoformat()


# One file


@pytest.mark.parametrize(
    ("kind", "content_type", "name"),
    [
        ("finished", "video/mp4", "appeal-1_ru_{day}.mp4"),
        ("softsub", "video/mp4", "appeal-1_soft_ru_{day}.mp4"),
        ("srt", "application/x-subrip; charset=utf-8", "appeal-1_ru_{day}.srt"),
        ("vtt", "text/vtt; charset=utf-8", "appeal-1_ru_{day}.vtt"),
        ("poster", "image/jpeg", "appeal-1_poster_ru_{day}.jpg"),
        ("reels", "video/mp4", "appeal-1_reels_ru_{day}.mp4"),
    ],
)
def test_every_file_is_a_download_with_a_name_for_people(sveta, desk, kind, content_type, name):
    made = released(desk, "reels")
    answer = sveta.get(f"/social/clips/{made.id}/{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name.format(day=today())}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_bytes_are_those_that_were_approved(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/finished")
    assert answer.data == CLIP.read_bytes()
    assert answer.headers["ETag"] == f'"{cast.fresh(desk, made).file(Kind.FINISHED).sha256}"'


@pytest.mark.parametrize("kind", ["original", "clean", "audio", "peaks", "nonsense", "..", "%2e%2e%2fx", "tiktok"])
def test_nothing_else_leaves_by_this_way(sveta, desk, kind):
    made = released(desk, "tiktok", networks=("x",))
    for where in ("", "shown/"):
        assert sveta.get(f"/social/clips/{made.id}/{where}{kind}").status_code == 404
        assert sveta.get(f"/social/clips/999/{where}finished").status_code == 404


@pytest.mark.parametrize("status", [status for status in Status if status != Status.RELEASED])
def test_nothing_leaves_before_it_is_released_or_after_it_was_taken_back(sveta, ada, desk, status):
    made = cast.appeal(desk, status)
    for kind in ("finished", "srt", "shown/finished", "shown/cover", "kit.zip"):
        assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == 404
        assert ada.get(f"/social/clips/{made.id}/{kind}").status_code == 404


def test_before_her_day_nothing_leaves(sveta, desk):
    made = released(desk, "x", not_before=now().date() + timedelta(days=1))
    for kind in ("finished", "softsub", "srt", "vtt", "x", "shown/poster", "kit.zip"):
        assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == 404
    made = released(desk, "x", not_before=now().date())
    assert sveta.get(f"/social/clips/{made.id}/x").status_code == 200


def test_a_clip_or_a_rendition_that_changed_after_the_approval_is_not_served(sveta, desk):
    made = released(desk, "x", "reels")
    with desk.db.write() as session:
        session.execute(update(File).where(File.preset == "x").values(revision_id=None))
    assert sveta.get(f"/social/clips/{made.id}/x").status_code == 404
    assert sveta.get(f"/social/clips/{made.id}/reels").status_code == 200
    with desk.db.write() as session:
        session.execute(update(File).where(File.kind == Kind.FINISHED).values(sha256="0" * 64))
    for kind in ("finished", "reels", "kit.zip"):
        assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == 404


@pytest.mark.parametrize("where", ["", "shown/"])
@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-5", slice(-5, None)),
        ("bytes=0-99999999", slice(0, None)),
    ],
)
def test_a_player_and_a_broken_download_can_ask_for_a_part(sveta, desk, where, asked, part):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/{where}finished", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, CLIP.read_bytes()[part])
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_part_beyond_the_end_is_refused_and_one_of_another_version_is_not_mixed_in(sveta, desk):
    url = f"/social/clips/{cast.appeal(desk, Status.RELEASED).id}/finished"
    answer = sveta.get(url, headers={"Range": "bytes=9999999-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{CLIP.stat().st_size}")
    assert sveta.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'}).status_code == 200


def test_a_file_that_is_gone_or_was_changed_is_not_served_and_is_in_the_log(sveta, desk, settings, caplog):
    made = cast.appeal(desk, Status.RELEASED)
    path = settings.data_dir / "media" / cast.fresh(desk, made).file(Kind.FINISHED).key
    whole = path.read_bytes()
    for content, headers in ((whole[:-1] + b"x", {}), (whole[:-1] + b"x", {"Range": "bytes=0-9"}), (whole[:1000], {})):
        path.write_bytes(content)
        assert sveta.get(f"/social/clips/{made.id}/finished", headers=headers).status_code == 500
    assert f"finished of appeal {made.id} is not the file that was stored" in caplog.text
    path.unlink()
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 404
    assert sveta.get(f"/social/clips/{made.id}/kit.zip").status_code == 404


# A kit


def test_a_kit_holds_all_that_a_network_wants(sveta, desk):
    made = released(desk, "youtube", "reels", "facebook", networks=("youtube", "instagram", "telegram"))
    rendition(desk, made, "telegram", b"video for youtube")  # the same bytes
    day = today()
    found = unzipped(sveta.get(f"/social/clips/{made.id}/kit.zip"))
    stem = f"appeal-{made.id}_youtube+telegram_ru_{day}"
    assert set(found) == {
        f"{stem}.mp4",
        f"{stem}.ru.srt",  # as YouTube wants it
        f"appeal-{made.id}_reels_ru_{day}.mp4",
        f"appeal-{made.id}_ru_{day}.srt",
        f"appeal-{made.id}_ru_{day}.vtt",
        f"appeal-{made.id}_ru_{day}.txt",
        f"appeal-{made.id}_poster_ru_{day}.jpg",
        "posts/youtube.txt",
        "posts/instagram.txt",
        "posts/telegram.txt",
        "alt.txt",
        "approval.json",
        "SHA256SUMS",
    }
    assert found[f"{stem}.mp4"] == b"video for youtube"
    assert found["posts/youtube.txt"].decode().startswith("Hanna (Poland): «Дорогие белорусы, я обращаюсь к вам»\n\n")
    assert found["posts/telegram.txt"].decode().startswith("Hanna (Poland) — мужчинам Беларуси:")
    record = json.loads(found["approval.json"])
    assert (record["approved_by"], record["revision"], record["consent_wording"]) == ("rita", 1, "1")
    assert record["finished_sha256"] == cast.fresh(desk, made).file(Kind.FINISHED).sha256


def test_subtitles_beside_a_rendition_that_was_cut_end_where_it_ends(sveta, desk):
    made = released(desk, "x", "youtube")
    with desk.db.write() as session:
        approval = session.get_one(Appeal, made.id).approvals[-1]
        approval.delivery = {"framing": "pad", "card": True, "cuts": {"x": 3100}}
    there = unzipped(sveta.get(f"/social/clips/{made.id}/kit.zip"))
    [cut] = [content for name, content in there.items() if "_x_" in name and name.endswith(".srt")]
    [whole] = [content for name, content in there.items() if "_youtube_" in name and name.endswith(".srt")]
    assert "обращаюсь" in cut.decode() and "ждём" not in cut.decode() and b"-->" in cut and cut != whole


def test_a_clip_without_renditions_has_a_kit_with_the_finished_clip(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    found = unzipped(sveta.get(f"/social/clips/{made.id}/kit.zip"))
    assert found[f"appeal-{made.id}_ru_{today()}.mp4"] == CLIP.read_bytes()


def test_sha256sum_and_unzip_find_no_fault(sveta, desk, tmp_path):
    made = released(desk, "youtube", "reels")
    path, folder = tmp_path / "kit.zip", tmp_path / "kit"
    path.write_bytes(sveta.get(f"/social/clips/{made.id}/kit.zip").data)
    subprocess.run(["unzip", "-q", path, "-d", folder], check=True)
    told = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True)
    files = [each for each in folder.rglob("*") if each.is_file() and each.name != "SHA256SUMS"]
    assert told.stdout.count(": OK") == len(files) > 10


def test_nothing_about_her_but_what_she_shows_is_in_a_kit(sveta, desk):
    made = released(desk, "youtube")
    content = b"\n".join(unzipped(sveta.get(f"/social/clips/{made.id}/kit.zip")).values())
    assert SECRET.encode() not in content and made.folder.encode() not in content
    assert "Дарагія".encode() not in content, "what was said in her language"


def test_a_kit_is_the_same_each_time_and_goes_on_where_it_broke_off(sveta, rita, desk):
    url = f"/social/clips/{released(desk, 'youtube', 'reels').id}/kit.zip"
    whole, again = sveta.get(url), rita.get(url)
    assert whole.data == again.data and whole.headers["ETag"] == again.headers["ETag"]
    assert not whole.headers["ETag"].startswith("W/")
    assert int(whole.headers["Content-Length"]) == len(whole.data)
    for start in range(0, len(whole.data), 997):
        headers = {"Range": f"bytes={start}-", "If-Range": whole.headers["ETag"]}
        rest = sveta.get(url, headers=headers)
        assert (rest.status_code, whole.data[:start] + rest.data) == (206, whole.data)
    assert sveta.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_another_campaign_text_is_another_kit(sveta, desk, app):
    url = f"/social/clips/{released(desk, 'youtube').id}/kit.zip"
    before = sveta.get(url).headers["ETag"]
    shouting = replace(desk.campaign, texts=replace(desk.campaign.texts, post="{said}!"))
    app.extensions["desk"] = replace(desk, campaign=shouting)
    assert sveta.get(url, headers={"Range": "bytes=5-", "If-Range": before}).status_code == 200


def test_many_clips_are_one_zip_with_a_folder_each(sveta, desk):
    first, second = released(desk, "youtube"), released(desk, "reels")
    answer = sveta.get(f"/social/kits.zip?clip={second.id}&clip={first.id}&clip={first.id}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=appeals_2-clips_{today()}.zip"
    folders = {name.split("/")[0] for name in unzipped(answer)}
    assert folders == {f"appeal-{each.id}_ru_{today()}" for each in (first, second)}


def test_where_a_chosen_clip_is_not_there_any_more_it_is_named(sveta, desk):
    first, second = released(desk), released(desk)
    withdraw(desk, second.id)
    answer = sveta.get(f"/social/kits.zip?clip={first.id}&clip={second.id}")
    assert answer.status_code == 409 and f"not be downloaded now: {second.id}" in answer.text
    assert sveta.get("/social/kits.zip").location == "/social/"
    assert sveta.get("/social/kits.zip?" + "&".join(f"clip={n}" for n in range(1, 99))).status_code == 413
    assert sveta.get("/social/kits.zip?clip=99999999999999999999&clip=x&clip=-1").location == "/social/"


# Taken back meanwhile


@pytest.mark.parametrize(
    "url", ["/social/clips/1/kit.zip", "/social/kits.zip?clip=1&clip=2", "/social/clips/1/finished"]
)
@pytest.mark.parametrize("after", [1, 3])
def test_a_clip_that_is_taken_back_during_a_download_does_not_arrive_whole(sveta, desk, url, after, monkeypatch):
    monkeypatch.setattr("web.kits.STEP", 100_000)
    made = released(desk)
    released(desk)
    answer = sveta.get(url, buffered=False)
    assert answer.status_code == 200
    got, parts = b"", answer.iter_encoded()
    with pytest.raises(TakenBack):
        for count, part in enumerate(parts):
            got += part
            if count == after:
                withdraw(desk, made.id)
    assert len(got) < min(answer.content_length, (after + 3) * (1 << 16) + 100_000)
    if url.endswith("zip"):
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(got))
    answer.close()


def test_the_last_byte_is_asked_for_too(sveta, desk):
    made = released(desk)
    answer = sveta.get(f"/social/clips/{made.id}/srt", buffered=False)
    withdraw(desk, made.id)
    with pytest.raises(TakenBack):
        list(answer.iter_encoded())
    answer.close()


# Who took what


def taken(desk) -> list[tuple[int, str, str]]:
    with desk.db.read() as session:
        return [(each.appeal_id, each.by, each.name) for each in session.query(Download).order_by(Download.id)]


def test_who_saved_which_file_is_written_down_once(sveta, rita, desk):
    made = released(desk, "x")
    sums = unzipped(sveta.get(f"/social/clips/{made.id}/kit.zip"))["SHA256SUMS"]
    for person in (sveta, sveta, rita):
        person.get(f"/social/clips/{made.id}/x", headers={"Range": "bytes=3-"})
    stem = f"appeal-{made.id}_ru_{today()}"
    single = f"appeal-{made.id}_x_ru_{today()}.mp4"
    assert taken(desk) == [
        (made.id, "sveta", f"{stem}.zip"),
        (made.id, "sveta", single),
        (made.id, "rita", single),
    ]
    with desk.db.read() as session:
        assert session.get(Download, 1).sha256 == hashlib.sha256(sums).hexdigest()


def test_looking_is_no_download_and_neither_is_what_did_not_leave(sveta, desk):
    made = released(desk, "x")
    sveta.get(f"/social/clips/{made.id}/shown/x")
    sveta.head(f"/social/clips/{made.id}/x")
    etag = f'"{cast.fresh(desk, made).file(Kind.FINISHED).sha256}"'
    assert sveta.get(f"/social/clips/{made.id}/finished", headers={"If-None-Match": etag}).status_code == 304
    sveta.get(f"/social/clips/{made.id}/nonsense")
    assert taken(desk) == []


def test_many_clips_are_written_down_clip_by_clip(sveta, desk):
    first, second = released(desk, "x"), released(desk)
    sveta.get(f"/social/kits.zip?clip={first.id}&clip={second.id}")
    name = f"appeals_2-clips_{today()}.zip"
    assert taken(desk) == [(first.id, "sveta", name), (second.id, "sveta", name)]


def test_what_is_downloaded_again_after_a_recall_and_a_new_release_is_current(sveta, desk):
    made = released(desk, "x")
    sveta.get(f"/social/clips/{made.id}/x")
    with desk.db.write() as session:
        session.execute(update(Download).values(recalled=True, known=True))
    sveta.get(f"/social/clips/{made.id}/x")
    with desk.db.read() as session:
        assert not session.query(Download).one().recalled


# Elsewhere


def test_a_kit_comes_out_of_a_bucket_too(sveta, desk, app, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="kits")
        there = replace(desk, storage=S3Storage("kits", None))
        app.extensions["desk"] = there
        made = released(there, "youtube", "reels")
        whole = sveta.get(f"/social/clips/{made.id}/kit.zip")
        assert unzipped(whole)[f"appeal-{made.id}_youtube_ru_{today()}.mp4"] == b"video for youtube"
        rest = sveta.get(f"/social/clips/{made.id}/kit.zip", headers={"Range": "bytes=1000-1999"})
        assert rest.data == whole.data[1000:2000]


def test_every_network_of_the_campaign_has_limits_and_a_text_within_them(desk):
    made = cast.fresh(desk, released(desk))
    with desk.db.read() as session:
        appeal = session.get_one(Appeal, made.id)
        found = kit.posts(appeal, appeal.approvals[-1], desk.campaign)
    assert set(found) == set(desk.campaign.networks)
    for network, post in found.items():
        most_title, most = kit.limits_of(network)
        assert bool(post.title) == bool(most_title) and 0 < texts.length(post.text, network) <= most


def test_a_preview_ends_too_when_the_clip_is_taken_back(sveta, desk):
    made = released(desk)
    rendition(desk, made, "reels", b"v" * 9_000_000)
    answer = sveta.get(f"/social/clips/{made.id}/shown/reels", buffered=False)
    parts = answer.iter_encoded()
    next(parts)
    withdraw(desk, made.id)
    with pytest.raises(TakenBack):
        list(parts)
    answer.close()


@pytest.mark.parametrize("shut_out", ["disabled", "another role", "another password"])
def test_a_download_ends_when_the_account_is_shut_out(sveta, desk, shut_out):
    made = released(desk)
    rendition(desk, made, "reels", b"v" * 9_000_000)
    answer = sveta.get(f"/social/clips/{made.id}/reels", buffered=False)
    parts = answer.iter_encoded()
    next(parts)
    if shut_out == "disabled":
        accounts.disable(desk.db, "sveta")
    elif shut_out == "another role":
        accounts.set_role(desk.db, "sveta", Role.TRANSLATOR)
    else:
        accounts.set_password(desk.db, "sveta", "a-new-long-password")
    with pytest.raises(TakenBack):
        list(parts)
    answer.close()


def test_who_was_faster_than_a_recall_hears_of_it_all_the_same(sveta, desk, monkeypatch):
    made = released(desk, "reels")
    write_down = kits._write_down

    def late(*told: object) -> None:
        withdraw(desk, made.id)
        write_down(*told)

    monkeypatch.setattr(kits, "_write_down", late)
    with pytest.raises(TakenBack):
        sveta.get(f"/social/clips/{made.id}/reels")
    with desk.db.read() as session:
        assert session.query(Download).one().recalled

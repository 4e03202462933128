"""The box: what is inside sees nothing else, keeps to its limits and never outlives the call."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from pipeline.errors import LostLease, ToolFailed
from pipeline.sandbox import STDERR_BYTES, STDOUT_BYTES, Limits, Sandbox
from tests import hostile

both = pytest.mark.parametrize("box", [Sandbox(), Sandbox(tight=False)], ids=["tight", "loose"])

#: A process and its child, both holding the pipe `alive` open until they are dead.
TREE = "exec 3>alive; echo started >&3; ffmpeg -v error -re -f lavfi -i anullsrc -f null - & sleep 600"
FFMPEG = "exec 3>alive; echo started >&3; exec ffmpeg -v error -re -f lavfi -i anullsrc -f null -"


@pytest.fixture
def alive(tmp_path):
    """The pipe by which a test sees, without waiting, that a process started and that all of it is dead."""
    os.mkfifo(tmp_path / "alive")
    return tmp_path / "alive"


def test_it_holds_on_this_machine():
    assert Sandbox().check() == ""


def test_it_says_so_where_it_does_not_hold(monkeypatch):
    assert "without a sandbox" in Sandbox(tight=False).check()
    monkeypatch.setattr("pipeline.sandbox.BOX", ["env"])
    assert "cannot start" in Sandbox().check()
    monkeypatch.setattr(Sandbox, "_prefix", lambda self, read, write: [])
    assert "leaks" in Sandbox().check()
    monkeypatch.setattr(Sandbox, "_prefix", lambda self, read, write: ["no-such-bwrap"])
    assert "cannot start" in Sandbox().check()


@both
def test_it_gives_back_what_the_program_said(box, tmp_path):
    done = box.run(["sh", "-c", "cat; pwd; echo oh >&2; exit 3"], write=tmp_path, stdin=b"in ")
    assert done.stdout.decode() == f"in {tmp_path}\n"
    assert (done.stderr, done.returncode) == ("oh\n", 3)


def test_inside_are_only_the_files_it_was_given(tmp_path):
    given, hidden, out = tmp_path / "given", tmp_path / "hidden", tmp_path / "out"
    given.write_text("a")
    hidden.write_text("b")
    out.mkdir()
    script = f"cat {given}; cat {hidden} /etc/passwd; echo c > {given}; echo d > made"
    assert Sandbox().run(["sh", "-c", script], read=[given], write=out).stdout == b"a"
    assert given.read_text() == "a"
    assert (out / "made").read_text() == "d\n"


def test_a_playlist_finds_nothing_inside_even_without_the_allow_lists(tmp_path):
    clip, out = hostile.hls_local(tmp_path), tmp_path / "out"
    out.mkdir()
    plain = ["ffprobe", "-v", "error", "-show_format", str(clip)]
    assert Sandbox(tight=False).run(plain, write=out).returncode == 0  # this is what the box is for
    done = Sandbox().run(plain, read=[clip], write=out)
    assert done.returncode and b"duration" not in done.stdout


@both
def test_nothing_of_our_own_environment_gets_in(box, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("FFREPORT", "file=report")
    assert b"canary" not in box.run(["env"], write=tmp_path).stdout


@both
def test_long_answers_are_cut_and_the_program_still_ends(box, tmp_path):
    done = box.run(["sh", "-c", "yes | head -c 5000000; yes no | head -c 500000 >&2; echo end >&2"], write=tmp_path)
    assert len(done.stdout) == STDOUT_BYTES
    assert len(done.stderr) == STDERR_BYTES and done.stderr.endswith("end\n")


@both
def test_a_file_may_not_grow_past_its_limit(box, tmp_path):
    limits = Limits(file_bytes=10_000)
    done = box.run(["sh", "-c", "head -c 20000 /dev/zero > big"], write=tmp_path, limits=limits)
    assert done.returncode
    assert (tmp_path / "big").stat().st_size == 10_000


@both
def test_memory_and_time_on_the_processor_are_limited(box, tmp_path):
    limits = Limits(memory_bytes=200 << 20, cpu_s=1)
    eat = ["sh", "-c", "head -c 300000000 /dev/zero | tail -c 290000000"]
    assert "memory exhausted" in box.run(eat, write=tmp_path, limits=limits).stderr
    spin = box.run(["sh", "-c", "while :; do :; done"], write=tmp_path, limits=limits)
    assert spin.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL, -signal.SIGXCPU, 128 + signal.SIGXCPU)


@both
def test_it_stops_after_its_time_with_all_its_children(box, tmp_path, alive):
    reader = threading.Thread(target=alive.read_bytes)  # ends when all of them are dead
    reader.start()
    with pytest.raises(ToolFailed) as error:
        box.run(["sh", "-c", TREE], write=tmp_path, limits=Limits(wall_s=0.5))
    assert error.value.reason == "timed_out" and error.value.retry
    reader.join()


@both
def test_it_stops_within_a_second_when_the_lease_is_lost(box, tmp_path, alive):
    stop, when = threading.Event(), []

    def lose_the_lease():
        with alive.open() as pipe:
            pipe.readline()
            when.append(time.monotonic())
            stop.set()
            pipe.read()

    reader = threading.Thread(target=lose_the_lease)
    reader.start()
    with pytest.raises(LostLease):
        box.run(["sh", "-c", TREE], write=tmp_path, stop=stop)
    reader.join()
    assert time.monotonic() - when[0] < 5  # on a busy machine; the tree would live for ten minutes


@pytest.mark.parametrize(("box", "script"), [("Sandbox()", TREE), ("Sandbox(tight=False)", FFMPEG)])
def test_a_worker_killed_with_9_leaves_no_ffmpeg_behind(tmp_path, alive, box, script):
    code = (
        "import sys; from pathlib import Path; from pipeline.sandbox import Sandbox;"
        f"{box}.run(['sh', '-c', sys.argv[1]], write=Path(sys.argv[2]))"
    )
    worker = subprocess.Popen([sys.executable, "-c", code, script, tmp_path])
    with alive.open() as pipe:
        assert pipe.readline() == "started\n"
        worker.kill()
        worker.wait()
        assert pipe.read() == ""  # ends only when nobody holds the other end


def test_a_program_that_is_not_there_is_a_failure_of_ours_not_of_the_clip(tmp_path):
    with pytest.raises(ToolFailed):
        Sandbox().run(["true"], write=tmp_path / "nowhere")
    assert Sandbox().run(["no-such-program"], write=tmp_path).returncode == 127


@pytest.mark.parametrize("plant", ["ln -s /etc/passwd peaks.json", "mkfifo peaks.json", "mkdir x; ln -s .. x/y"])
def test_a_program_that_leaves_anything_but_plain_files_is_stopped(tmp_path, plant):
    with pytest.raises(ToolFailed):
        Sandbox().run(["bash", "-c", plant], write=tmp_path)

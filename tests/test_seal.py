"""What supporters write to the team is unreadable without the key."""

from __future__ import annotations

from pipeline.seal import Seal


def test_only_the_key_that_closed_it_opens_it():
    sealed = Seal("one").close("Schreibt mir: +375 29 …")
    assert Seal("one").open(sealed) == "Schreibt mir: +375 29 …"
    assert Seal("another").open(sealed) == ""


def test_nothing_of_the_text_and_of_the_time_is_in_the_sealed_text():
    first, second = (Seal("one").close("CANARY") for _ in range(2))
    assert "CANARY" not in first
    assert first != second  # two equal texts cannot be told by their seals
    assert first[:6] == second[:6] == Seal("two").close("x")[:6]  # the time of all is zero


def test_what_was_never_sealed_reads_as_nothing():
    assert Seal("one").open("a plain text") == Seal("one").open("") == Seal("one").open("ключ") == ""

"""Memories from other programs come in, ours goes out, and a file that means harm does nothing."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import tmx
from pipeline.tmx import BadTmx, Pair, read, write

OMEGAT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
  <header creationtool="OmegaT" o-tmf="OmegaT TMX" adminlang="EN-US" datatype="plaintext" creationtoolversion="5.7"
          segtype="sentence" srclang="be"/>
  <body>
    <!-- Default translations -->
    <tu>
      <note>from a clip</note>
      <tuv xml:lang="be"><seg>Мы чакаем вас</seg></tuv>
      <tuv xml:lang="ru" changeid="tanya" changedate="20261101T101500Z"><seg>Мы ждём вас</seg></tuv>
    </tu>
    <tu><tuv xml:lang="en"><seg>no Russian here</seg></tuv></tu>
  </body>
</tmx>
"""
TRADOS = """<?xml version="1.0" encoding="utf-16"?>
<tmx version="1.4"><header srclang="EN-US"><prop type="x-Note">Note: &lt;none&gt;</prop></header><body>
<tu tuid="1"><prop type="x-Origin">TM</prop>
<tuv xml:lang="EN-US"><seg>No <bpt i="1" type="b">&lt;b&gt;</bpt>means<ept i="1">&lt;/b&gt;</ept> <hi>no</hi> &amp;
more<ph x="1">{1<sub>footnote</sub>}</ph>.</seg></tuv>
<tuv xml:lang="RU-RU"><seg>Нет значит нет.</seg></tuv><tuv xml:lang="be_BY"><seg>Не значыць не.</seg></tuv></tu>
</body></tmx>
"""
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("&<>\"'\r\n]😀\u0301")).map(str.strip)
PAIRS = st.lists(st.builds(Pair, st.sampled_from(["be", "uk", "en-GB", "zh-Hant"]), TEXT, TEXT), max_size=5)


def unit(inside: str, head: str = "") -> bytes:
    return f"{head}<tmx><body>\n<tu><tuv xml:lang='be'><seg>{inside}</seg></tuv></tu></body></tmx>".encode()


@settings(derandomize=True, deadline=None, max_examples=200)
@given(PAIRS)
def test_what_goes_out_comes_in_again(pairs):
    kept = [
        Pair(pair.language, *(tmx.NOT_XML.sub("", text).strip() for text in (pair.source, pair.russian)))
        for pair in pairs
    ]
    assert read(write(pairs)) == [pair for pair in kept if pair.source and pair.russian]


def test_signs_and_emoji_stay_what_they_are():
    pairs = [Pair("be", "a & b < c --> ]]> 😀 \"'", "{\\i1} &amp; <b>")]
    assert read(write(pairs)) == pairs


def test_a_file_of_omegat_is_read():
    assert read(OMEGAT.encode()) == [Pair("be", "Мы чакаем вас", "Мы ждём вас")]


def test_a_file_of_trados_is_read_without_its_formatting():
    english = Pair("en-US", "No means no &\nmore.", "Нет значит нет.")
    assert read(TRADOS.encode("utf-16")) == [english, Pair("be-BY", "Не значыць не.", "Нет значит нет.")]


def test_two_russian_texts_of_one_sentence_are_two_pairs():
    segments = "".join(
        f"<tuv xml:lang='{c}'><seg>{t}</seg></tuv>" for c, t in (("ru", "Да"), ("ru", "Ага"), ("be", "Так"))
    )
    assert read(f"<tmx><tu>{segments}</tu></tmx>".encode()) == [Pair("be", "Так", "Да"), Pair("be", "Так", "Ага")]


def test_the_document_type_is_not_fetched():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/tmx14.dtd"
        assert read(OMEGAT.replace("tmx14.dtd", address).encode())
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody called
            server.accept()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE tmx [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE tmx [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE tmx [<!ENTITY % l9 SYSTEM "file:///etc/hostname"> %l9;]>',
        '<!DOCTYPE tmx PUBLIC "x" "http://127.0.0.1:1/" [<!ENTITY l9 PUBLIC "x" "http://127.0.0.1:1/">]>',
    ],
    ids=["a billion laughs", "a file", "a parameter", "a page"],
)
def test_entities_are_refused(head):
    with pytest.raises(BadTmx, match="entities"):
        read(unit("&l9;", head))


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (b"", 1, "no element found"),
        (b"<html>\n</html>", 1, "no TMX file: it begins with <html>"),
        (b"<tmx>\n<body>\n<tu>\n</body></tmx>", 4, "mismatched tag"),
        (b"<tmx>\n<tu><tuv>\n<seg>a</seg></tuv></tu></tmx>", 3, "does not say its language"),
        (b"<tmx>\n\xff</tmx>", 2, "not well-formed"),
        (b"<?xml version='1.0' encoding='klingon'?><tmx/>", 1, "unknown encoding"),
        (unit("&nbsp;", "<!DOCTYPE tmx SYSTEM 'tmx14.dtd'>"), 2, "entity &nbsp; is not known"),
        (b"<tmx>" + b"<a>" * 200_000, 1, "no element found"),
        ("Не TMX".encode("utf-16"), 1, "XML is broken"),
    ],
)
def test_a_broken_file_is_refused_with_the_line_and_a_sentence(data, line, sentence):
    with pytest.raises(BadTmx, match=sentence) as caught:
        read(data)
    assert caught.value.line == line and caught.value.sentence.endswith(".")


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr(tmx, "MAX_BYTES", 2_000_000)
    with pytest.raises(BadTmx, match="larger than 2 MB"):
        read(b"x" * 2_000_001)


def test_a_unit_of_very_many_texts_is_refused(monkeypatch):
    def texts(number: int) -> str:
        return "".join(f"<tuv xml:lang='{c}'><seg>{c}</seg></tuv>" for c in ("be", "ru") for _ in range(number))

    assert len(read(f"<tmx><tu>{texts(25)}</tu></tmx>".encode())) == 625
    with pytest.raises(BadTmx, match="A unit has more than 50 texts"):
        read(f"<tmx><tu>{texts(26)}</tu></tmx>".encode())
    monkeypatch.setattr(tmx, "MAX_PAIRS", 1000)
    with pytest.raises(BadTmx, match="more than 1000 pairs"):
        read(f"<tmx><tu>{texts(25)}</tu><tu>{texts(25)}</tu></tmx>".encode())


@pytest.mark.parametrize("long", ["be", "ru"])
def test_a_text_that_is_no_sentence_is_passed_over(long):
    pairs = [Pair("be", "так" * (200 if long == "be" else 1), "да" * (300 if long == "ru" else 1))]
    assert read(write([*pairs, Pair("be", "так", "да")])) == [Pair("be", "так", "да")]

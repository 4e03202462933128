"""Tables of numbers as networks and people write them: what is read, and that nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import amounts, figures, links
from pipeline.figures import BadTable, Problem


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1234", 1234), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234\u202f567", 1_234_567), ("1,234", 1234),
        ("1.234", 1234), ("1'234", 1234), ("12.0", 12), ("1,234.00", 1234), ("5,00", 5), ("1,2K", 1200),
        ("1.234K", 1234),
        ("12 тыс.", 12_000), ("1,2 млн", 1_200_000), ("3к", 3000), ("0", 0), ("—", None), ("", None), ("n/a", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(written, value):
    assert amounts.number(written) == value


@pytest.mark.parametrize(
    "written", ["-5", "12 34", "1.5", "abc", "1e3", "5%", "1.234,56", "1,23,456", "=1+1", "٣", "1,234K"]
)
def test_what_is_no_whole_number_is_not_made_one(written):
    with pytest.raises(ValueError, match=r".+"):
        amounts.number(written)


def test_a_number_that_no_column_holds_is_too_large():
    with pytest.raises(OverflowError):
        amounts.number("3000 млн")


@given(st.integers(0, amounts.LARGEST), st.sampled_from(["{:,}", "{:_}", "{}", "{}.0"]), st.sampled_from(" ,.'\u00a0"))
def test_a_number_comes_back_as_it_was_written(value, form, gap):
    written = form.format(value).replace(",", gap).replace("_", gap)
    assert amounts.number(written) == value


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-22", (22, 11)), ("2026-11-22T10:00:00Z", (22, 11)), ("22.11.2026", (22, 11)), ("22.11.26", (22, 11)),
        ("22/11/2026 14:05", (22, 11)), ("11/22/2026", (22, 11)), ("05/05/2026", (5, 5)),
        ("22 ноября 2026 г.", (22, 11)),
        ("5 мая 2026", (5, 5)), ("Nov 22, 2026", (22, 11)), ("22 Nov 2026", (22, 11)),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(written, day):
    assert amounts.day(written) == date(2026, day[1], day[0])


@pytest.mark.parametrize("written", ["05/06/2026", "31.02.2026", "yesterday", "2026", "22 brumaire 2026"])
def test_what_is_no_day_or_could_be_two_is_not_guessed(written):
    assert amounts.day(written) is None


def test_a_table_tells_by_one_of_its_days_how_it_writes_the_others():
    table = figures.read("post,views,date\n1,5,05/06/2026\n2,5,25/06/2026\n")
    assert [row.day for row in table.rows] == [date(2026, 6, 5), date(2026, 6, 25)]
    [row] = figures.read("post,views,date\n1,5,05/06/2026\n").rows
    assert row.problems == (Problem("which_day", "05/06/2026"),)


RUSSIAN = "Отчёт за неделю\n\nПросмотры;Ссылка;Нравится;Дата;Охват\n1 234;https://t.me/a/1;12;22.11.2026;9\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_a_file_is_read_in_the_encodings_that_are_about(encoding):
    table = figures.read(figures.text(RUSSIAN.encode(encoding)))
    [row] = table.rows
    assert (row.line, row.link, row.day) == (4, "https://t.me/a/1", date(2026, 11, 22))
    assert row.numbers == {"views": 1234, "likes": 12}
    assert table.unused == ["Охват"] and table.used["views"] == "Просмотры"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_and_any_order_of_columns(separator):
    lines = [["Shares", "Post", "Likes", "Plays", "Comments"], ["4", "#7", "2", "1", "3"]]
    [row] = figures.read("\n".join(separator.join(line) for line in lines)).rows
    assert row.post == 7 and row.numbers == {"views": 1, "likes": 2, "comments": 3, "shares": 4}


def test_cells_in_quotes_may_hold_separators_and_ends_of_lines():
    first, second = figures.read('Link,Title,Views\nt.me/a/1,"a, b\nand c","1,234"\nt.me/a/2,x,5\n').rows
    assert (first.numbers, second.numbers, second.line) == ({"views": 1234}, {"views": 5}, 4)


def test_each_bad_row_is_named_with_its_line_and_the_good_ones_are_taken():
    rows = figures.read(
        "post;views;date\n1;5;2026-11-01\n;5;\n2;many;\n3;;\n4;5;never\n1;6;2026-11-01\n5;9 млрд;\n6;8 000 млн;\n"
    ).rows
    assert [(row.line, *(each.code for each in row.problems)) for row in rows] == [
        (2,), (3, "whose"), (4, "number"), (5, "nothing"), (6, "day"), (7, "twice"), (8, "number"), (9, "large"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "empty"), (" \n", "empty"), ("a,b\n1,2\n", "no_header"), ("views,likes\n1,2\n", "no_header"),
        ("post,views\n" + "1,1\n" * (figures.ROWS + 1), "too_many"), ("post\0,views\n", "not_text"),
    ],
)  # fmt: skip
def test_what_is_no_table_says_why(written, code):
    with pytest.raises(BadTable, match=code):
        figures.read(written)


@pytest.mark.parametrize(("data", "code"), [(b"PK\x03\x04...", "workbook"), (b"x" * 2000 + b"\0", "not_text")])
def test_a_file_that_holds_no_text_says_so(data, code):
    with pytest.raises(BadTable, match=code):
        figures.read(figures.text(data))


@given(st.text(max_size=300))
def test_no_text_can_break_the_reader(written):
    try:
        figures.read(f"post,views,date\n{written}")
    except BadTable as error:
        assert str(error) in {"not_text", "no_header"}


# links


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=5"),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://twitter.com/a/status/1?s=20", "https://x.com/a/status/1"),
        ("https://t.me/s/channel/12", "https://telegram.me/channel/12"),
        ("https://www.instagram.com/reel/Abc/?igsh=1", "https://instagram.com/p/Abc"),
        ("https://www.instagram.com/somebody/reel/Abc/", "https://instagram.com/reels/Abc"),
        ("https://x.com/i/web/status/12", "https://twitter.com/a/status/12/video/1"),
        ("https://m.facebook.com/watch/?v=12", "https://www.facebook.com/reel/12?mibextid=x"),
        ("https://www.facebook.com/page/videos/a-title/12", "https://facebook.com/page/videos/12/"),
        ("https://www.tiktok.com/@a/video/12?_r=1", "https://m.tiktok.com/@b/video/12"),
    ],
)
def test_links_to_one_post_are_the_same(one, another):
    assert links.same(one) == links.same(another)


@pytest.mark.parametrize("another", ["https://t.me/channel/13", "https://t.me/Channel2/12", "https://x.com/channel/12"])
def test_links_to_two_posts_are_not(another):
    assert links.same("https://t.me/channel/12") != links.same(another)


@pytest.mark.parametrize(
    "text", ["", "http://t.me/a", "javascript:alert(1)", "https://", "https://localhost/a", "https://a@t.me/b", "https://t.me:x/",
             "https://t.me/a b", 'https://t.me/"', "https://[::1]/", "https://t.me/" + "a" * 500]
)  # fmt: skip
def test_what_is_no_link_to_a_post_is_refused(text):
    assert links.well_formed(text) == ""


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://youtu.be/dQw4w9WgXcQ?si=who#t", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://www.instagram.com/reel/Abc/?igsh=who", "https://www.instagram.com/reel/Abc/"),
        ("https://www.facebook.com/permalink.php?story_fbid=1&id=2&fbclid=who", "https://www.facebook.com/permalink.php?story_fbid=1&id=2"),
        ("https://vk.com/video?z=clip-1", "https://vk.com/video?z=clip-1"),
    ],
)  # fmt: skip
def test_what_in_a_link_tells_who_passed_it_on_is_not_kept(pasted, kept):
    assert links.well_formed(pasted) == kept


def test_a_link_without_its_beginning_gets_it_and_tells_its_network():
    assert links.well_formed("t.me/a/1") == "https://t.me/a/1"
    assert links.leads_elsewhere("https://evil.example/t.me", "telegram")
    assert not links.leads_elsewhere("https://www.t.me/a/1", "telegram")
    assert not links.leads_elsewhere("https://vk.com/a", "vk"), "of a network that we do not know nothing is said"

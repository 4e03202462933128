"""How far posts reached: sums and weeks, gaps that stay gaps, the pages and files, and numbers brought as a table."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest

from pipeline import reach
from pipeline.base import now
from pipeline.models import Status
from pipeline.posts import Post, Reach
from pipeline.reach import Count, Posted
from tests import cast

MONDAY = date(2026, 11, 2)
TODAY = now().date()


def post(number: int, *counts: Count, **fields: object) -> Posted:
    told = {"appeal_id": 1, "language": "be", "network": "x", "channel": "", "hashtags": (), "day": MONDAY}
    return Posted(id=number, counts=counts, **{**told, **fields})


def after(weeks: int, views: int | None = None, **fields: int) -> Count:
    return Count(MONDAY + timedelta(weeks=weeks, days=2), views, **fields)


def test_a_total_takes_the_newest_number_of_each_field_and_leaves_open_what_nobody_said():
    total = reach.total([post(1, after(0, 10, likes=2), after(1, 30)), post(2, after(0, 5)), post(3)])
    assert (total.posts, total.counted, total.views, total.likes, total.shares) == (3, 2, 35, 2, None)


def test_a_week_in_which_nobody_counted_is_a_gap_and_not_zero():
    weeks = reach.weeks([post(1, after(0, 10), after(3, 40)), post(2, after(3, 5), day=MONDAY + timedelta(weeks=1))])
    assert [week.value for week in weeks] == [10, None, None, 45]
    assert [week.gain for week in weeks] == [10, None, None, 35]
    assert [week.counted for week in weeks] == [1, 0, 0, 2] and [week.posted for week in weeks] == [1, 1, 0, 0]


def test_a_post_that_was_not_counted_this_week_stays_in_the_sum_with_its_last_number():
    weeks = reach.weeks([post(1, after(0, 10), after(1, 20)), post(2, after(0, 100))])
    assert [week.value for week in weeks] == [110, 120]


def test_groups_begin_with_the_farthest_reach_and_end_with_what_nobody_counted():
    posts = [
        post(1, hashtags=("#a",)),
        post(2, after(0, 5), hashtags=("#b", "#c")),
        post(3, after(0, 9), hashtags=("#c",)),
    ]
    assert [(name, total.views) for name, total in reach.groups(posts, lambda each: each.hashtags)] == [
        ("#c", 14), ("#b", 5), ("#a", None),
    ]  # fmt: skip


def test_posts_that_nobody_counted_for_a_week_are_named():
    old, fresh, never = post(1, after(0, 1)), post(2, after(2, 1)), post(3)
    assert reach.behind([old, fresh, never], MONDAY + timedelta(weeks=2, days=3)) == [old, never]


# the pages


@pytest.fixture
def logged(desk) -> Post:
    made = cast.appeal(desk, Status.RELEASED)
    cast.posted(desk, made, channel="@golos|x", hashtags=["#NoWar"])
    return cast.posted(
        desk, made, (TODAY - timedelta(weeks=3), 700), (TODAY, 12_345), network="youtube", preset="shorts"
    )


def test_the_page_has_a_table_and_a_plot_for_each_way_to_part_the_posts(sveta, logged):
    page = sveta.get("/social/reach").text
    for heading in ("By week", "By network", "By channel", "By language", "By hashtag", "By clip"):
        assert heading in page
    assert page.count("<svg") == 6 and page.count("<table") == 6 and page.count("<desc") == 6
    assert "13,545" in page and "nobody counted" in page and "Telegram: @golos|x" in page
    assert "url(#weekly-none)" in page, "the weeks without numbers are hatched"


def test_what_was_struck_counts_no_more(sveta, desk, logged):
    sveta.send(f"/social/posts/{logged.id}/strike")
    assert "12,345" not in sveta.get("/social/reach").text
    sveta.send(f"/social/posts/{logged.id}/restore")
    assert "12,345" in sveta.get("/social/reach").text


def test_another_number_can_be_measured_and_nothing_is_drawn_where_nobody_counted(sveta, logged):
    assert "Nobody has counted yet." in sveta.get("/social/reach?by=likes").text
    assert sveta.get("/social/reach?by=nonsense").status_code == 200
    assert "12,345" in sveta.get("/social/reach?by=nonsense").text


def test_the_report_is_a_page_a_markdown_file_and_a_table_of_channels(sveta, logged):
    assert "13,545 views" in sveta.get("/social/reach/report").text
    text = sveta.get("/social/reach/report.md").text
    assert "| YouTube | 1 | 12,345 |" in text and r"| Telegram: @golos\|x | 1 | 1,200 |" in text
    assert "| All | 2 | 13,545 |" in text and "nobody counted" in text
    rows = list(csv.reader(io.StringIO(sveta.get("/social/reach/report.csv").get_data().decode("utf-8-sig"))))
    assert rows[1:] == [
        ["YouTube", "1", "1", "12345", "", "", ""],
        ["Telegram: @golos|x", "1", "1", "1200", "", "", ""],
        ["All", "2", "2", "13545", "", "", ""],
    ]


def test_without_a_post_the_pages_say_so(sveta):
    assert "Nothing is logged yet." in sveta.get("/social/reach").text
    for path in ("/social/reach/report", "/social/reach/report.md", "/social/reach/report.csv", "/social/posts.csv"):
        assert sveta.get(path).status_code == 200


def test_the_log_that_is_brought_back_as_it_was_gives_no_old_number_a_new_day(sveta, desk):
    made = cast.posted(desk, cast.appeal(desk, Status.RELEASED), (TODAY - timedelta(days=3), 900))
    with desk.db.write() as session:
        session.add(Reach(post_id=made.id, day=TODAY, likes=7, by="sveta"))
    before = numbers(desk, made.id)
    saved = sveta.get("/social/posts.csv").get_data()
    bring(sveta, file=(io.BytesIO(saved), "posts.csv"), do="take")
    assert numbers(desk, made.id) == before


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
def test_no_cell_of_a_file_is_a_formula(sveta, desk, formula):
    cast.posted(desk, cast.appeal(desk, Status.RELEASED), channel=formula)
    for path in ("/social/posts.csv", "/social/reach/report.csv"):
        cells = [cell for row in csv.reader(io.StringIO(sveta.get(path).text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t"))]


# numbers by hand


def numbers(desk, post_id: int) -> list[tuple[object, ...]]:
    with desk.db.read() as session:
        rows = session.query(Reach).filter_by(post_id=post_id).order_by(Reach.id)
        return [(each.day, each.views, each.likes, each.struck_by) for each in rows]


def test_numbers_by_hand_of_a_day_that_has_some_correct_them_and_keep_the_old_ones(sveta, rita, desk, logged):
    rita.send(f"/social/posts/{logged.id}/reach", day=f"{TODAY}", views="", likes="1,2K", comments="", shares="")
    assert numbers(desk, logged.id)[1:] == [(TODAY, 12_345, None, "rita"), (TODAY, 12_345, 1200, "")]
    page = sveta.get(f"/social/posts/{logged.id}").text
    assert "<del>12,345</del>" in page and "struck by rita" in page
    answer = sveta.send(f"/social/posts/{logged.id}/reach", day=f"{TODAY}", views="12 345", likes="")
    assert len(numbers(desk, logged.id)) == 3 and "Nothing was changed." in sveta.get(answer.location).text


def test_numbers_that_fall_are_taken_and_warned_about(sveta, desk, logged):
    sveta.send(f"/social/posts/{logged.id}/reach", day=f"{TODAY - timedelta(days=1)}", views="650")
    assert "Lower than before: views 650, and 700 earlier." in sveta.get("/social/posts").text
    assert numbers(desk, logged.id)[-1][1] == 650


@pytest.mark.parametrize(
    ("day", "views", "sentence"),
    [
        (TODAY, "abc", "“abc” is not a number."), (TODAY, "", "It holds no numbers."),
        ("never", "5", "“never” is not a day."),
        (TODAY + timedelta(days=2), "5", "still to come"), (TODAY - timedelta(days=31), "5", "which is later"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused_in_a_sentence_and_stay_in_the_form(
    sveta, desk, logged, day, views, sentence
):
    answer = sveta.send(f"/social/posts/{logged.id}/reach", day=f"{day}", views=views)
    assert answer.status_code == 422 and sentence in answer.text
    assert len(numbers(desk, logged.id)) == 2
    assert not views or f'value="{views}"' in answer.text


def test_struck_numbers_count_no_more(sveta, desk, logged):
    with desk.db.read() as session:
        newest = session.query(Reach).filter_by(views=12_345).one()
    sveta.send(f"/social/reach/{newest.id}/strike")
    assert numbers(desk, logged.id)[1] == (TODAY, 12_345, None, "sveta")
    assert "12,345" not in sveta.get("/social/reach").text and "700" in sveta.get("/social/reach").text


def test_numbers_that_were_struck_count_again_in_place_of_what_stands_there(sveta, desk, logged):
    sveta.send(f"/social/posts/{logged.id}/reach", day=f"{TODAY}", views="99")
    with desk.db.read() as session:
        right = session.query(Reach).filter_by(views=12_345).one()
        assert right.struck_by == "sveta"
    sveta.send(f"/social/reach/{right.id}/restore")
    with desk.db.read() as session:
        standing = session.query(Reach).filter_by(post_id=logged.id, day=TODAY, struck_by="").all()
        assert [each.views for each in standing] == [12_345]


# a table


def bring(person: cast.Person, table: str = "", do: str = "look", **more: object) -> str:
    fields = {"csrf_token": person.token(), "table": table, "do": do, "day": f"{TODAY}", **more}
    answer = person.post("/social/reach/import", data=fields, content_type="multipart/form-data", follow_redirects=True)
    assert answer.status_code in {200, 422}
    return answer.text


TABLE = "Пост;Просмотры;Лайки\n1;2 тыс.;15\n2;99 999;\n3;5;\nx;5;\n2;100 000;\n"


def test_nothing_is_written_before_the_preview_was_confirmed_and_then_the_good_rows_are(sveta, desk, logged):
    page = bring(sveta, TABLE)
    assert "2 rows to take." in page and "3 cannot be taken." in page and "Nothing is written yet." in page
    assert "Line 4: No post in the log has this number or link." in page
    assert "Line 5: It does not say to which post it belongs." in page and "Line 6: Line 3 says something else" in page
    assert len(numbers(desk, 1)) == 1
    assert "2 rows are taken." in bring(sveta, TABLE, "take")
    assert numbers(desk, 1)[1] == (TODAY, 2000, 15, "") and numbers(desk, 2)[-1] == (TODAY, 99_999, None, "")


def test_the_same_table_twice_changes_nothing(sveta, desk, logged):
    bring(sveta, TABLE, "take")
    before = cast.everything_stored(desk)
    assert "Nothing was changed." in bring(sveta, TABLE, "take")
    assert cast.everything_stored(desk) == before


def test_the_log_that_was_saved_can_be_filled_in_and_brought_back(sveta, desk, logged):
    saved = sveta.get("/social/posts.csv").get_data()
    page = bring(sveta, file=(io.BytesIO(saved), "posts.csv"))
    assert "2 are in the log already." in page and "cannot be taken" not in page
    filled = saved.replace(b",1200,", b",1300,").replace(f"{TODAY}".encode(), b"")
    bring(sveta, file=(io.BytesIO(filled), "posts.csv"), do="take")
    assert numbers(desk, 1)[-1][:2] == (TODAY, 1300)


def test_a_post_is_found_by_any_of_its_links(sveta, desk, logged):
    bring(sveta, "link,views\ntelegram.me/s/channel/2?single,20000\n", "take")
    assert numbers(desk, logged.id)[-1][1] == 20_000
    page = bring(sveta, f"post,link,views\n1,{logged.url},5")
    assert "belong to two different posts" in page


@pytest.mark.parametrize(
    ("table", "sentence"),
    [("", "nothing came"), ("a,b\n1,2", "No line names the columns"), ("post,views\n" + "1,1\n" * 5001, "5000 rows"),
     ("x" * 400_001, "400 kB")],
)  # fmt: skip
def test_what_is_no_table_is_said_in_a_sentence(sveta, table, sentence):
    assert sentence in bring(sveta, table)


def test_a_workbook_is_no_table(sveta):
    assert "save it there as CSV" in bring(sveta, file=(io.BytesIO(b"PK\x03\x04" + b"\0" * 100), "a.xlsx"))


def test_the_table_of_the_preview_comes_back_as_it_was(sveta, desk, logged):
    page = bring(sveta, file=(io.BytesIO("post;views\n1;«5»\n2;13000\n".encode("cp1251")), "a.csv"))
    table = re.search(r'<textarea id="table"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]
    assert "«5»" in table
    assert "One row is taken." in bring(sveta, table, "take")

"""Pages of rows: every row once, in order, or counted as left out."""

from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.wall.queries import PAGES, sheet_of


@given(st.lists(st.integers(), max_size=120), st.integers(1, 20))
def test_the_pages_hold_the_rows_in_order_and_the_rest_is_counted(
    rows: list[int], most: int
) -> None:
    pages = sheet_of(rows, 1, most).pages
    sheets = [sheet_of(rows, page, most) for page in range(1, pages + 1)]
    shown = [row for sheet in sheets for row in sheet.rows]
    assert 1 <= pages <= PAGES
    assert shown + rows[len(shown) :] == rows
    assert all(len(sheet.rows) <= most for sheet in sheets)
    assert {(s.left_out, s.total) for s in sheets} == {(len(rows) - len(shown), len(rows))}
    assert len(shown) == len(rows) or pages == PAGES


@given(st.integers())
def test_a_page_that_is_not_there_is_the_first(page: int) -> None:
    sheet = sheet_of(range(30), page, 10)
    assert sheet.rows == sheet_of(range(30), page if page in (1, 2, 3) else 1, 10).rows

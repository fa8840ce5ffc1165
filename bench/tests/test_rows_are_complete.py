"""Every row of the budgets that this folder is to measure, and nothing that its own contenders cannot give."""

from bench.__main__ import load_rows
from bench.model import Kind


def test_the_rows_are_those_of_the_budgets_so_far() -> None:
    assert list(load_rows()) == [*range(1, 17), 18, 19]


def test_every_row_has_budgets_and_says_how_it_is_measured() -> None:
    for row in load_rows().values():
        assert row.budgets, row.number
        assert len(row.note) > 40, row.number


def test_budgets_compare_with_a_limit_or_a_peer_only() -> None:
    against = {budget.against for row in load_rows().values() for budget in row.budgets}
    assert against == {None, Kind.LIMIT, Kind.PEER}

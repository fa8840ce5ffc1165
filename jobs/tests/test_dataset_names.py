"""Identifiers of columns, whatever a file calls them."""

import pytest

from jobs.datasets.names import MAX_BYTES, identifier, identifiers


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Full name", "full_name"),
        (" Größe (m) ", "größe_m"),
        ("2024", "n2024"),
        ("_row", "row"),
        ("ctid", "ctid_"),
        ('x"; DROP TABLE y; --', "x_drop_table_y"),
        ("ﬁrst\u2003column", "first_column"),
        ("!!!", ""),
        ("价格", "价格"),
    ],
)
def test_a_title_becomes_an_identifier(title: str, name: str) -> None:
    assert identifier(title) == name


def test_no_two_columns_have_one_name_and_none_has_no_name() -> None:
    assert identifiers(["a", "A", "a 2", "!", "a"]) == ["a", "a_2", "a_2_2", "column_4", "a_3"]


def test_long_titles_are_cut_where_a_character_ends() -> None:
    first, second = identifiers(["ä" * 100, "ä" * 100])
    assert len(first.encode()) <= MAX_BYTES
    assert len(second.encode()) <= 63
    assert first != second

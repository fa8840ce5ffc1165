import pytest

from contracts.errors import InvalidRequest
from contracts.message import MAX_DATA_BYTES
from messageservice.rules import MAX_DEPTH, clean_data, clean_text, clean_title


@pytest.mark.parametrize(
    ("text", "kept"), [("a\r\nb\rc\n", "a\nb\nc\n"), ("  hi  ", "  hi  "), ("\u202eabc", "\u202eabc")]
)
def test_a_text_keeps_everything_but_foreign_line_ends(text, kept):
    assert clean_text(text) == kept


def test_an_empty_text_needs_something_else_that_is_seen():
    assert clean_text("", may_be_empty=True) == ""
    with pytest.raises(InvalidRequest):
        clean_text("")


@pytest.mark.parametrize("text", [" ", "\n\t\r\n", "\u2003\u00a0", "a\0b", "\0"])
def test_a_text_that_shows_nothing_or_cannot_be_stored_is_refused(text):
    with pytest.raises(InvalidRequest) as refused:
        clean_text(text)
    assert refused.value.data["field"] == "text"


def test_a_title_is_one_line():
    assert clean_title("  two\nlines \t here ") == "two lines here"


@pytest.mark.parametrize("title", ["  ", "\n", "a\0"])
def test_an_empty_title_is_refused(title):
    with pytest.raises(InvalidRequest):
        clean_title(title)


def nested(levels):
    value = {}
    for _ in range(levels - 1):
        value = {"in": value}
    return value


@pytest.mark.parametrize("data", [{}, {"a": None, "b": [1, 2.5, True, "é"]}, nested(MAX_DEPTH), {"text": "\\u0000"}])
def test_structured_data_may_be_any_json(data):
    assert clean_data(data).startswith("{")


@pytest.mark.parametrize(
    "data",
    [
        {"a": "x\0"},
        {"a\0": 1},
        {"deep": [{"er": ["\0"]}]},
        {"big": 2**63},
        nested(MAX_DEPTH + 1),
        {"long": "x" * MAX_DATA_BYTES},
    ],
)
def test_structured_data_that_could_not_be_stored_or_read_is_refused(data):
    with pytest.raises(InvalidRequest) as refused:
        clean_data(data)
    assert refused.value.data["field"] == "data"


def test_data_may_be_exactly_as_long_as_the_limit():
    assert len(clean_data({"x": "é" * ((MAX_DATA_BYTES - 8) // 2)}).encode()) == MAX_DATA_BYTES

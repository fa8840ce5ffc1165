import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.files.names import clean_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\cat.png", "cat.png"),
        (".hidden", "hidden"),
        ("...", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a/b/", "b"),
        ("name.\n.txt", "name..txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\0b", "ab"),
        ("  two   words .txt ", "two words .txt"),
        ("e\u0301.txt", "é.txt"),
        ("family 👩\u200d👧.png", "family 👩\u200d👧.png"),
        ("日本語.pdf", "日本語.pdf"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_made_harmless_and_stays_readable(given, kept):
    assert clean_name(given) == kept


@given(st.text(max_size=400))
def test_no_name_can_be_a_path_and_cleaning_twice_changes_nothing(text):
    name = clean_name(text)
    assert 1 <= len(name) <= 255
    assert not set(name) & set("/\\\0\n\r\u202e")
    assert not name.startswith(".")
    assert clean_name(name) == name

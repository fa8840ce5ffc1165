"""Which URLs are fetched at all, and what headers mean."""

import pytest

from jobs.downloads.headers import disposition_name
from jobs.downloads.urls import BadUrl, file_name, normal

BAD = [
    "", "example.org/file", "//example.org/file", "ftp://example.org/x", "file:///etc/passwd", "javascript:1",
    "http://", "http:///path", "http://user@example.org/", "http://user:pw@example.org/", "http://@example.org/",
    "http://example.org:22/", "http://example.org:0/", "http://example.org:6000/", "http://example.org:99999/",
    "http://exa mple.org/", "http://example.org/a b", "http://example.org/\r\nHost: x", "http://example.org\\@127.0.0.1/",
    "http:/\\127.0.0.1/", "http://[::1", "http://[fe80::1%25eth0]/", "http://exa%6dple.org/", "http://a..b/", "http://x/\x00",
    "http://" + "a" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_what_is_never_fetched(url):
    with pytest.raises(BadUrl):
        normal(url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:8443/a?b=c#d", "https://example.org:8443/a?b=c"),
        (" https://example.org/a%20b ", "https://example.org/a%20b"),
        ("https://bücher.example/größe?q=ä", "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%A4"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]:80/x"),
    ],
)
def test_the_others_are_written_in_one_way(url, kept):
    assert normal(url) == kept
    assert normal(kept) == kept


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/b%20c.csv?x=/y", "b c.csv"),
        ("https://example.org/folder/", "folder"),
        ("https://example.org", "example.org"),
        ("http://[", ""),
    ],
)
def test_a_url_names_a_file(url, name):
    assert file_name(url) == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("", None),
        ("attachment", None),
        ("attachment; filename=plain.txt", "plain.txt"),
        (r'attachment; filename="a \"b\"; c.txt"; size=3', 'a "b"; c.txt'),
        ("attachment; filename*=iso-8859-1'en'%A3%20rates", "£ rates"),
        ("attachment; FileName*=UTF-8''x; filename=y", "x"),
        ("attachment; filename*=UTF-8''%FF; filename=y", "y"),
        ("attachment; filename*=nonsense''%41; filename=y", "y"),
        ("attachment; filename*=x; filename=y", "y"),
        ('attachment; filename="naïve.txt"', "naïve.txt"),
        ('attachment; filename="', None),
    ],
)
def test_a_header_names_a_file(value, name):
    assert disposition_name(value) == name

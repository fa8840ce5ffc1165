"""The refresh token as a cookie: only for our own pages, only for refresh and logout."""

from typing import Any

import pytest
import requests

from tests.gateway.people import PASSWORD, Human

AUTH = "/api/v1/auth"


@pytest.fixture
def browser(ann: Human) -> requests.Session:
    """Logged in as Ann, with the cookie and nothing else."""
    session = requests.Session()
    body = {"username": ann.username, "password": PASSWORD, "session": "cookie"}
    answer = session.post(f"{ann.base}{AUTH}/login", json=body, timeout=20)
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    return session


def post(browser: requests.Session, base: str, path: str, **headers: Any) -> requests.Response:
    told = {"Origin": base, **headers}
    return browser.post(f"{base}{AUTH}/{path}", json={}, headers=told, timeout=20)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(base: str, ann: Human) -> None:
    body = {"username": ann.username, "password": PASSWORD, "session": "cookie"}
    told = requests.post(f"{base}{AUTH}/login", json=body, timeout=20).headers["Set-Cookie"]
    assert told.startswith("warren_refresh=")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age="):
        assert part in told
    assert "Secure" not in told  # the public address of this test is http


def test_refresh_rotates_the_cookie_and_a_repeat_returns_the_same_successor(
    browser: requests.Session, base: str
) -> None:
    old = browser.cookies["warren_refresh"]
    first = post(browser, base, "refresh")
    assert first.status_code == 200
    assert "refresh_token" not in first.json()
    successor = browser.cookies["warren_refresh"]
    assert successor != old
    again = requests.post(
        f"{base}{AUTH}/refresh", json={}, headers={"Origin": base}, cookies={"warren_refresh": old}, timeout=20
    )
    assert again.cookies["warren_refresh"] == successor


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_the_cookie_is_ignored_for_pages_of_others(
    browser: requests.Session, base: str, headers: dict[str, str], path: str
) -> None:
    answer = post(browser, base, path, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert post(browser, base, "refresh").status_code == 200


def test_a_form_cannot_use_it(browser: requests.Session, base: str) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        headers = {"Origin": base, "Content-Type": kind}
        answer = browser.post(f"{base}{AUTH}/refresh", data="{}", headers=headers, timeout=20)
        assert answer.status_code == 415


def test_no_other_path_looks_at_cookies(browser: requests.Session, base: str) -> None:
    cookies = {"warren_refresh": browser.cookies["warren_refresh"], "sessionid": "x", "token": "x"}
    for path in ("/api/v1/users/me", f"{AUTH}/logout-everywhere"):
        method = "POST" if "logout" in path else "GET"
        answer = requests.request(method, base + path, cookies=cookies, headers={"Origin": base}, timeout=20)
        assert answer.status_code == 401


def test_logout_ends_the_session_and_takes_the_cookie_away(browser: requests.Session, base: str) -> None:
    token = browser.cookies["warren_refresh"]
    assert post(browser, base, "logout").status_code == 204
    assert "warren_refresh" not in browser.cookies
    answer = requests.post(
        f"{base}{AUTH}/refresh", json={}, headers={"Origin": base}, cookies={"warren_refresh": token}, timeout=20
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "refresh_rejected")


def test_without_a_cookie_there_is_nothing_to_refresh(base: str) -> None:
    answer = requests.post(f"{base}{AUTH}/refresh", json={}, headers={"Origin": base}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

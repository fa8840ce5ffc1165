"""Long conversations: a few rows on the screen, pages on both sides, and nothing jumps."""

import json
import re
import urllib.request
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.person import person

pytestmark = [pytest.mark.browser, pytest.mark.serial]

MESSAGES = 260
MOST_ROWS = 60


def token_of(one) -> str:
    answer = one.context.request.post(
        f"{one.url}/api/v1/auth/refresh", data={}, headers={"Origin": one.url, "Content-Type": "application/json"}
    )
    return str(answer.json()["access_token"])


def say(one, conversation: str, texts: list[str]) -> None:
    """Through REST: quicker than typing."""
    headers = {"Authorization": f"Bearer {token_of(one)}", "Content-Type": "application/json"}
    for text in texts:
        body = json.dumps({"client_id": str(uuid4()), "text": text}).encode()
        request = urllib.request.Request(
            f"{one.url}/api/v1/conversations/{conversation}/messages", data=body, headers=headers, method="POST"
        )
        urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture(scope="module")
def long_talk(system, chromium):
    """260 messages of Ada's that Bob has not read at first; texts of one to four lines."""
    ada, bob = (person(chromium, system.url(), name).register() for name in ("Ada", "Bob"))
    ada.start_direct(bob)
    conversation = ada.page.url.rsplit("/", 1)[1]
    say(ada, conversation, [f"number {n} " + "and more words " * (n % 23) for n in range(1, MESSAGES + 1)])
    yield ada, bob
    for one in (ada, bob):
        one.context.close()
        assert not one.faults


@pytest.fixture
def talk(long_talk):
    """Ada at the end of the conversation, Bob before he opens it."""
    ada, bob = long_talk
    ada.page.goto(f"{ada.url}/")
    ada.open(bob.name)
    expect(row(ada, MESSAGES)).to_be_in_viewport()
    bob.page.goto(f"{bob.url}/")
    return ada, bob


def row(one, number: int):
    return one.page.get_by_role("article").filter(has_text=re.compile(rf"number {number}\b"))


def scroll(one, pixels: int) -> None:
    """A turn of the wheel, and until it is on the screen."""
    one.log.hover()
    one.page.mouse.wheel(0, pixels)
    one.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def scroll_until(one, pixels: int, condition) -> None:
    for _ in range(400):
        scroll(one, pixels)
        if condition():
            return
    raise AssertionError("Scrolling did not lead there.")


def test_opening_shows_the_first_unread_message_and_few_rows(talk):
    ada, bob = talk
    bob.open(ada.name)
    expect(row(bob, 1)).to_be_in_viewport()
    assert bob.log.locator("[data-index]").count() <= MOST_ROWS


def test_latest_leads_over_everything_between_to_the_end(talk):
    ada, bob = talk
    bob.open(ada.name)
    bob.page.get_by_role("button", name=re.compile(r"\d+ new|Latest")).click()
    expect(row(bob, MESSAGES)).to_be_in_viewport()
    assert bob.log.locator("[data-index]").count() <= MOST_ROWS
    bob.page.get_by_role("button", name="Details").click()
    expect(bob.page.get_by_role("complementary", name="Details")).to_be_visible()
    expect(row(bob, MESSAGES)).to_be_in_viewport()


def test_scrolling_up_reaches_the_beginning(talk):
    ada, _ = talk
    scroll_until(ada, -900, lambda: row(ada, 1).count())
    expect(ada.page.get_by_text("This is where the conversation begins.")).to_be_visible()


def test_a_page_that_arrives_above_leaves_each_row_where_it_was(talk):
    ada, _ = talk
    ada.page.evaluate(WATCH)
    scroll_until(ada, -350, lambda: row(ada, 130).count())
    assert ada.page.evaluate("window.jumps") == []


WATCH = """() => {
  // Between two frames no row may move against the others by more than the wheel did: all that is shown moves alike.
  window.jumps = [];
  const places = () => new Map([...document.querySelectorAll('[role=log] article, [role=log] [role=article]')]
    .map(e => [e.dataset.row, e.getBoundingClientRect().top])
    .filter(([, top]) => top > 60 && top < innerHeight - 120));
  let before = places();
  const look = () => {
    const now = places();
    const moved = [...now].filter(([key]) => before.has(key)).map(([key, top]) => top - before.get(key));
    if (moved.length && Math.max(...moved) - Math.min(...moved) > 2) jumps.push(moved);
    if (moved.length && Math.abs(Math.max(...moved)) > 800) jumps.push(moved);
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def test_a_pasted_link_leads_to_its_message_and_from_there_to_both_sides(talk):
    ada, _ = talk
    ada.page.goto(f"{ada.page.url}?at=120")
    expect(row(ada, 120)).to_be_in_viewport()
    scroll_until(ada, 500, lambda: row(ada, 165).count())
    scroll_until(ada, -500, lambda: row(ada, 80).count())


def test_a_message_that_comes_while_one_reads_further_up_does_not_pull_the_list_down(talk):
    ada, bob = talk
    scroll(ada, -1200)
    latest = ada.page.get_by_role("button", name="Latest")
    expect(latest).to_be_visible()
    before = places(ada)
    say(bob, ada.page.url.rsplit("/", 1)[1], ["something new"])
    expect(ada.page.get_by_role("button", name="1 new")).to_be_visible()
    assert places(ada) == before


def places(one) -> dict[str, float]:
    """Where on the screen each row is."""
    return dict(one.log.evaluate(
        "list => [...list.querySelectorAll('[data-row]')].map(e => [e.dataset.row, e.getBoundingClientRect().top])"
    ))  # fmt: skip


def test_writing_leads_to_the_end_from_wherever_one_reads(talk):
    ada, _ = talk
    ada.page.goto(f"{ada.page.url}?at=100")
    expect(row(ada, 100)).to_be_in_viewport()
    ada.write("back at the end")
    expect(ada.message("back at the end")).to_be_in_viewport()

"""What a browser fetches before a conversation stands there (BUDGETS row 17)."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]

BUDGET = 140_000
FETCHED = """() => performance.getEntriesByType("resource")
  .filter(one => new URL(one.name).pathname.endsWith(".js")).map(one => [one.name, one.encodedBodySize])"""


def test_the_first_conversation_costs_at_most_140_kilobytes_of_javascript(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("hello")
    ada.expect_messages("hello")
    ada.page.reload()
    expect(ada.message("hello")).to_be_visible()
    fetched = dict(ada.page.evaluate(FETCHED))
    assert 0 < sum(fetched.values()) <= BUDGET, fetched


def test_nothing_is_fetched_from_anywhere_else(newcomer):
    ada = newcomer("Ada")
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.register()
    assert asked
    assert [address for address in asked if not address.startswith(ada.url)] == []

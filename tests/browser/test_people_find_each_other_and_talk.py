"""Two people register, find each other and write, each seeing the other's messages as they come."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]


def test_two_people_register_find_each_other_and_talk_both_ways(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("Hello Bob", "Are you there?")
    bob.open(ada.name)
    bob.expect_messages("Hello Bob", "Are you there?")
    bob.write("Hello Ada")
    for one in (ada, bob):
        one.expect_messages("Hello Bob", "Are you there?", "Hello Ada")


def test_many_messages_in_a_hurry_arrive_in_order_each_once(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    texts = [f"line {number}" for number in range(1, 13)]
    bob.open(ada.name)
    ada.write(*texts)
    ada.expect_messages(*texts)
    bob.expect_messages(*texts)


def test_an_own_message_is_on_the_page_before_the_server_answers(somebody, system):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.context.set_offline(True)
    ada.write("Nobody has this yet")
    expect(ada.log.get_by_text("Nobody has this yet")).to_be_visible()
    expect(ada.message("Nobody has this yet")).to_have_count(0)
    ada.context.set_offline(False)
    ada.expect_messages("Nobody has this yet")


def test_reloading_keeps_the_place_and_every_message(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("one", "two", "three")
    ada.expect_messages("one", "two", "three")
    ada.page.reload()
    ada.expect_messages("one", "two", "three")
    expect(ada.page).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))


def test_a_reply_quotes_its_message_and_the_quote_leads_to_it(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("Shall we ship?")
    bob.open(ada.name)
    bob.message("Shall we ship?").focus()
    bob.page.keyboard.press("r")
    bob.write("Yes")
    quote = ada.message("Yes").get_by_role("button", name="Shall we ship?")
    expect(quote).to_be_visible()
    quote.click()
    expect(ada.page).to_have_url(re.compile(r"\?at=1$"))


def test_text_is_shown_as_it_was_written_and_only_web_addresses_become_links(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("<img src=x onerror=alert(1)> javascript:alert(2) https://example.org/a?b=1")
    bob.open(ada.name)
    expect(bob.log.get_by_text("<img src=x onerror=alert(1)> javascript:alert(2)")).to_be_visible()
    assert bob.log.locator("img").count() == 0
    links = bob.log.get_by_role("link")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("rel", re.compile("noopener"))


def test_what_was_being_written_is_kept_per_conversation(somebody):
    ada, bob, eve = somebody("Ada"), somebody("Bob"), somebody("Eve")
    ada.start_direct(bob)
    ada.box.fill("half a thought")
    ada.start_direct(eve)
    expect(ada.box).to_have_value("")
    expect(ada.entry(bob.name)).to_contain_text("Draft:")
    ada.page.reload()
    ada.open(bob.name)
    expect(ada.box).to_have_value("half a thought")

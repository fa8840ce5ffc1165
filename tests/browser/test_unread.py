"""What is unread: counted in the list and the title, marked by a line, read by being seen."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]


@pytest.fixture
def talk(somebody):
    """Ada has written to Bob, who has read it and is elsewhere now."""
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("first")
    bob.open(ada.name)
    bob.expect_messages("first")
    expect(bob.entry(ada.name).get_by_text("unread message")).to_have_count(0)
    bob.page.get_by_role("link", name="Me").click()
    return ada, bob


def test_unread_messages_are_counted_in_the_list_and_the_title(talk):
    ada, bob = talk
    ada.write("second", "third")
    expect(bob.entry(ada.name).get_by_text("2 unread messages")).to_be_attached()
    expect(bob.page).to_have_title(re.compile(r"^\(2\)"))


def test_own_messages_are_never_unread(talk):
    ada, _ = talk
    ada.write("mine")
    ada.expect_messages("mine")
    expect(ada.page).not_to_have_title(re.compile(r"^\("))


def test_a_conversation_opens_at_a_line_above_the_first_unread_message(talk):
    ada, bob = talk
    ada.write("second", "third")
    bob.open(ada.name)
    expect(bob.page.get_by_test_id("new-divider")).to_be_visible()
    rows = bob.log.locator("[data-index]").all_inner_texts()
    place = rows.index("New")
    assert "first" in rows[place - 1]
    assert "second" in rows[place + 1]


def test_what_was_seen_stays_read_after_a_reload(talk):
    ada, bob = talk
    ada.write("second")
    bob.open(ada.name)
    expect(bob.page).not_to_have_title(re.compile(r"^\("))
    expect(bob.entry(ada.name).get_by_text("unread message")).to_have_count(0)
    bob.page.reload()
    bob.expect_messages("first", "second")
    expect(bob.page.get_by_test_id("new-divider")).to_have_count(0)


def test_reading_on_one_device_clears_the_count_on_the_other(talk, newcomer):
    ada, bob = talk
    phone = newcomer("Bob", size=(360, 740))
    phone.username = bob.username
    phone.log_in().expect_inside()
    ada.write("second")
    expect(phone.entry(ada.name).get_by_text("1 unread message")).to_be_attached()
    bob.open(ada.name)
    expect(phone.entry(ada.name).get_by_text("unread message")).to_have_count(0)


def test_n_leads_to_the_next_unread_conversation(talk):
    ada, bob = talk
    ada.write("second")
    expect(bob.page).to_have_title(re.compile(r"^\(1\)"))
    bob.page.keyboard.press("n")
    bob.expect_messages("first", "second")

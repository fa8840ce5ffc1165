"""Away and back: nothing is missing, nothing is doubled, and the page says what it waits for."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]


@pytest.fixture
def pair(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("before")
    bob.open(ada.name)
    bob.expect_messages("before")
    return ada, bob


def test_what_was_written_on_both_sides_while_one_was_offline_is_there_afterwards(pair):
    ada, bob = pair
    bob.context.set_offline(True)
    expect(bob.page.get_by_text("You are offline")).to_be_visible()
    ada.write("a1", "a2", "a3")
    bob.write("b1", "b2")
    expect(bob.page.get_by_text("2 messages waiting")).to_be_visible()
    ada.expect_messages("a1", "a2", "a3")
    bob.context.set_offline(False)
    for one in pair:
        one.expect_messages("before", "a1", "a2", "a3", "b1", "b2")
    expect(bob.page.get_by_text("You are offline")).to_have_count(0)


def test_a_message_written_offline_survives_a_closed_tab(pair):
    ada, bob = pair
    bob.context.set_offline(True)
    bob.write("do not lose me")
    address = bob.page.url
    bob.page.close()
    bob.context.set_offline(False)
    bob.page = bob.context.new_page()
    bob.page.goto(address)
    bob.expect_messages("before", "do not lose me")
    ada.expect_messages("before", "do not lose me")


def test_a_gateway_that_dies_costs_nothing(pair, system):
    ada, _bob = pair
    system.restart_process("gateway")
    ada.write("while it was away")
    for one in pair:
        one.expect_messages("before", "while it was away")


def test_a_send_that_failed_stays_over_a_reload_and_can_be_sent_again(pair, system):
    ada, _bob = pair
    system.kill_process("messages")
    ada.write("stubborn", "also stubborn")
    again = ada.page.get_by_role("button", name="Send again")
    expect(again).to_have_count(2, timeout=60_000)
    system.start_process("messages")
    ada.page.reload()
    expect(again).to_have_count(2, timeout=30_000)
    ada.page.get_by_role("button", name="Send all again").click()
    for one in pair:
        one.expect_messages("before", "stubborn", "also stubborn")


def test_a_failed_send_can_be_deleted_for_good(pair, system):
    ada, _bob = pair
    system.kill_process("messages")
    ada.write("regrettable")
    expect(ada.page.get_by_role("button", name="Send again")).to_be_visible(timeout=60_000)
    system.start_process("messages")
    ada.page.get_by_role("button", name="Delete").click()
    expect(ada.log.get_by_text("regrettable")).to_have_count(0)
    ada.page.reload()
    ada.expect_messages("before")
    expect(ada.log.get_by_text("regrettable")).to_have_count(0)

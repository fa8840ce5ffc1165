"""Everything without a mouse: the palette, the sheet, the messages, the way in and out of fields."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]


@pytest.fixture
def talk(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("one", "two", "three")
    ada.expect_messages("one", "two", "three")
    return ada, bob


def press(one, *keys: str) -> None:
    for key in keys:
        one.page.keyboard.press(key)


def ask_palette(one, text: str) -> None:
    press(one, "Control+k")
    expect(one.page.get_by_role("combobox", name="Go to")).to_be_focused()
    one.page.keyboard.type(text)


def test_the_palette_finds_conversations_and_people(talk, somebody):
    ada, bob = talk
    zoe = somebody("Zoe")
    ask_palette(ada, zoe.name)
    expect(ada.page.get_by_role("option", name=zoe.name)).to_be_visible()
    press(ada, "Enter")
    expect(ada.page.get_by_role("textbox", name=f"Message {zoe.name}")).to_be_visible()
    ask_palette(ada, bob.name)
    press(ada, "Enter")
    expect(ada.page.get_by_role("textbox", name=f"Message {bob.name}")).to_be_visible()


def test_the_sheet_lists_the_shortcuts_and_gives_the_focus_back(talk):
    ada, _ = talk
    button = ada.page.get_by_role("button", name="Details")
    button.focus()
    press(ada, "?")
    expect(ada.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    expect(ada.page.get_by_role("dialog").get_by_text("Next unread conversation")).to_be_visible()
    press(ada, "Escape")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_escape_first_drops_the_reply_and_then_leaves_the_field_with_the_draft_kept(talk):
    ada, _ = talk
    ada.message("two").focus()
    press(ada, "r")
    expect(ada.page.get_by_text("Reply to")).to_be_visible()
    expect(ada.box).to_be_focused()
    ada.page.keyboard.type("a thought")
    press(ada, "Escape")
    expect(ada.page.get_by_text("Reply to")).to_have_count(0)
    press(ada, "Escape")
    expect(ada.box).not_to_be_focused()
    expect(ada.box).to_have_value("a thought")


def test_arrows_move_over_the_messages_and_tab_reaches_them(talk):
    ada, _ = talk
    ada.box.focus()
    press(ada, "Shift+Tab", "Shift+Tab", "Shift+Tab")
    expect(ada.message("three")).to_be_focused()
    press(ada, "ArrowUp", "k")
    expect(ada.message("one")).to_be_focused()
    press(ada, "End")
    expect(ada.message("three")).to_be_focused()


def test_slash_goes_to_the_filter_and_shift_enter_breaks_the_line(talk):
    ada, _ = talk
    ada.message("one").focus()
    press(ada, "/")
    expect(ada.page.get_by_role("searchbox", name="Find a conversation")).to_be_focused()
    ada.box.focus()
    ada.page.keyboard.type("first line")
    press(ada, "Shift+Enter")
    ada.page.keyboard.type("second line")
    press(ada, "Enter")
    expect(ada.page.get_by_role("article").filter(has_text=re.compile("first line\\s+second line"))).to_be_visible()


def test_enter_breaks_the_line_for_those_who_chose_so(talk):
    ada, bob = talk
    ada.page.get_by_role("link", name="Me").click()
    ada.page.get_by_text("Ctrl/⌘ + Enter").click()
    ada.open(bob.name)
    ada.box.focus()
    ada.page.keyboard.type("not yet")
    press(ada, "Enter")
    expect(ada.box).to_have_value("not yet\n")
    press(ada, "Control+Enter")
    expect(ada.message("not yet")).to_be_visible()

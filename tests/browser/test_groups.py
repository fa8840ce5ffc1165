"""Groups: founded by choosing people, renamed, joined and left in front of everybody's eyes."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.serial]


def details(one):
    one.page.get_by_role("button", name="Details").click()
    return one.page.get_by_role("complementary", name="Details")


@pytest.fixture
def three(somebody):
    ada, bob, eve = somebody("Ada"), somebody("Bob"), somebody("Eve")
    ada.start_group("Release", bob, eve)
    return ada, bob, eve


def test_everybody_in_a_group_reads_what_anybody_writes(three):
    ada, bob, eve = three
    ada.write("Welcome")
    bob.open("Release")
    eve.open("Release")
    bob.expect_messages("Welcome")
    bob.write("Hi")
    eve.expect_messages("Welcome", "Hi")
    eve.write("Hello both")
    for one in three:
        one.expect_messages("Welcome", "Hi", "Hello both")


def test_a_new_title_is_everybodys_at_once(three):
    ada, bob, _ = three
    ada.write("x")
    details(ada).get_by_role("button", name="Rename group").click()
    ada.page.get_by_role("textbox", name="Title").fill("Release 1.0")
    ada.page.get_by_role("button", name="Save").click()
    expect(bob.entry("Release 1.0")).to_be_visible()


def test_somebody_who_is_added_sees_the_group_and_writes_in_it(three, somebody):
    ada, bob, _ = three
    zoe = somebody("Zoe")
    panel = details(ada)
    panel.get_by_role("button", name="Add").click()
    ada.pick(zoe)
    ada.page.get_by_role("button", name="Add to group").click()
    expect(panel.get_by_role("list", name="Members").get_by_text(zoe.name)).to_be_visible()
    zoe.open("Release")
    zoe.write("Thanks for having me")
    bob.open("Release")
    bob.expect_messages("Thanks for having me")


def test_somebody_who_is_removed_loses_the_group_while_looking_at_it(three):
    ada, bob, eve = three
    ada.write("before")
    bob.open("Release")
    bob.expect_messages("before")
    details(ada).get_by_role("button", name=f"Remove {bob.name}").click()
    ada.page.get_by_role("button", name="Remove", exact=True).click()
    expect(bob.page.get_by_text("This conversation does not exist, or you are not in it.")).to_be_visible()
    expect(bob.entry("Release")).to_have_count(0)
    ada.write("after")
    eve.open("Release")
    eve.expect_messages("before", "after")


def test_leaving_takes_the_group_out_of_the_list(three):
    _, bob, _ = three
    bob.open("Release")
    details(bob).get_by_role("button", name="Leave group").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Leave group").click()
    expect(bob.entry("Release")).to_have_count(0)


def test_a_conversation_of_others_looks_like_one_that_does_not_exist(three, somebody):
    ada, _, _ = three
    stranger = somebody("Mallory")
    stranger.page.goto(ada.page.url)
    expect(stranger.page.get_by_text("This conversation does not exist, or you are not in it.")).to_be_visible()

"""axe on every place, light and dark, wide and narrow; 320 pixels without scrolling sideways; phones."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.serial]
LOOKS = [
    pytest.param("light", WIDE, id="light"),
    pytest.param("dark", PHONE, id="dark phone"),
    pytest.param("dark", WIDE, id="dark", marks=pytest.mark.long),
    pytest.param("light", PHONE, id="light phone", marks=pytest.mark.long),
]


@pytest.fixture
def places(newcomer, somebody):
    """Walks through every place of the page, calling `look` at each."""

    def walk(look, **options):
        ada = newcomer("Ada", **options)
        for path, heading in (("/login", "Log in"), ("/register", "Create an account")):
            ada.page.goto(ada.url + path)
            expect(ada.page.get_by_role("heading", name=heading)).to_be_visible()
            look(ada, path)
        ada.register()
        expect(ada.page.get_by_text("No conversations yet")).to_be_visible()
        look(ada, "no conversations")
        bob, eve = somebody("Bob"), somebody("Eve")
        ada.choose_people(bob, eve)
        look(ada, "new conversation")
        ada.page.get_by_role("textbox", name="Title").fill("Release")
        ada.page.get_by_role("button", name="Create group").click()
        ada.write("Hello https://example.org", "and a second one")
        bob.open("Release")
        bob.write("A reply from Bob " * 20)
        expect(ada.page.get_by_role("article").filter(has_text="A reply from Bob")).to_be_visible()
        look(ada, "conversation")
        ada.page.get_by_role("button", name="Details").click()
        expect(ada.page.get_by_role("list", name="Members").get_by_text(bob.name)).to_be_visible()
        look(ada, "details")
        ada.page.get_by_role("button", name="Close").click()
        for key, name in (("Control+k", "Go to"), ("?", "Keyboard shortcuts")):
            ada.page.get_by_role("button", name="Details").focus()
            ada.page.keyboard.press(key)
            expect(ada.page.get_by_role("dialog", name=name)).to_be_visible()
            look(ada, name)
            ada.page.keyboard.press("Escape")
        ada.page.goto(f"{ada.url}/c/{ada.page.url.rsplit('/', 1)[1][:-4]}0000")
        expect(ada.page.get_by_text("This conversation does not exist")).to_be_visible()
        look(ada, "unknown conversation")
        for path, said in (
            ("/data", "No datasets yet"),
            ("/data/import", "Or one of your files"),
            ("/downloads", "Nothing was fetched yet"),
        ):
            ada.page.goto(ada.url + path)
            expect(ada.page.get_by_text(said)).to_be_attached()
            look(ada, path)
        ada.page.goto(f"{ada.url}/settings")
        expect(ada.page.get_by_text("this session")).to_be_visible()
        look(ada, "settings")
        ada.context.set_offline(True)
        expect(ada.page.get_by_text("You are offline")).to_be_visible()
        look(ada, "offline")

    return walk


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_axe_finds_nothing_anywhere(places, scheme, size):
    found: list[str] = []
    places(
        lambda one, place: found.extend(f"{place}: {violation}" for violation in one.violations()),
        color_scheme=scheme,
        size=size,
    )
    assert found == []


def test_nothing_is_wider_than_a_window_of_320_pixels(places):
    wider: dict[str, int] = {}

    def look(one, place):
        if pixels := one.sideways():
            wider[place] = pixels

    places(look, size=(320, 640))
    assert wider == {}


def test_on_a_phone_list_and_conversation_are_two_screens_with_a_way_back(somebody):
    ada, bob = somebody("Ada", size=PHONE), somebody("Bob")
    ada.start_direct(bob)
    ada.write("from the phone")
    bob.open(ada.name)
    bob.expect_messages("from the phone")
    expect(ada.entry(bob.name)).to_be_hidden()
    ada.page.get_by_role("link", name="Back to the conversations").click()
    expect(ada.entry(bob.name)).to_be_visible()
    ada.page.go_back()
    ada.expect_messages("from the phone")


def test_the_theme_follows_the_system_unless_one_was_chosen(somebody):
    ada = somebody("Ada", color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    assert ada.page.evaluate(theme) == "dark"
    ada.page.get_by_role("link", name="Me").click()
    ada.page.get_by_text("Light", exact=True).click()
    assert ada.page.evaluate(theme) == "light"
    ada.page.reload()
    ada.expect_inside()
    assert ada.page.evaluate(theme) == "light"


def test_new_messages_of_others_are_announced_politely(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("first")
    bob.open(ada.name)
    bob.expect_messages("first")
    ada.write("listen to this")
    spoken = bob.page.locator("[aria-live=polite]", has_text=re.compile(f"{ada.name}: listen to this"))
    expect(spoken).to_have_count(1)
    bob.write("I did")
    expect(bob.page.locator("[aria-live=polite]", has_text="I did")).to_have_count(0)

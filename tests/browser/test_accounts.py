"""Accounts and sessions: wrong passwords, logging out here and everywhere, one's own profile."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.person import PASSWORD, in_context

pytestmark = [pytest.mark.browser, pytest.mark.serial]
NEW_PASSWORD = "another long and good one"


@pytest.fixture
def second_device(newcomer):
    """The same person, logged in at another browser."""

    def log_in(one):
        device = newcomer("Other")
        device.username, device.name = one.username, one.name
        device.log_in().expect_inside()
        return device

    return log_in


def settings(one):
    one.page.get_by_role("link", name="Me").click()
    expect(one.page.get_by_role("heading", name="Settings")).to_be_visible()


def expect_login_page(one):
    expect(one.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_wrong_password_is_told_without_saying_which_half_is_wrong(somebody, newcomer):
    ada = somebody("Ada")
    guesser = newcomer("Guesser")
    for username in (ada.username, "nobody-of-that-name"):
        guesser.username = username
        guesser.log_in(password="not this one")
        expect(guesser.page.get_by_role("alert")).to_have_text("That user name and password do not belong together.")


def test_a_taken_name_and_a_weak_password_are_told_at_their_field(somebody, newcomer):
    ada = somebody("Ada")
    late = newcomer("Late")
    late.page.goto(f"{late.url}/register")
    late.page.get_by_label("User name").fill(ada.username)
    late.page.get_by_label("Password").fill(PASSWORD)
    late.page.get_by_role("button", name="Create account").click()
    expect(late.page.get_by_text("That user name is taken.")).to_be_visible()
    late.page.get_by_label("User name").fill(f"not-{ada.username}")
    late.page.get_by_label("Password").fill("password")
    late.page.get_by_role("button", name="Create account").click()
    expect(late.page.get_by_text("That password is too easy to guess.")).to_be_visible()


def test_a_deep_link_leads_there_after_the_login(somebody, second_device, newcomer):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("hello")
    other = newcomer("Other")
    other.username = ada.username
    other.page.goto(ada.page.url)
    expect_login_page(other)
    other.page.get_by_label("User name").fill(ada.username)
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Log in").click()
    expect(other.page).to_have_url(ada.page.url)
    other.expect_messages("hello")


def test_logging_out_ends_every_tab_of_the_browser_and_forgets_what_was_written(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.box.fill("a draft")
    tab = in_context(ada.context, ada.url, name=ada.name, username=ada.username)
    tab.page.goto(f"{ada.url}/settings")
    tab.page.get_by_role("button", name="Log out", exact=True).click()
    for one in (tab, ada):
        expect_login_page(one)
    kept = ada.page.evaluate("Object.keys(localStorage).filter(key => /draft|outbox|session/.test(key))")
    assert kept == []


def test_logging_out_everywhere_ends_the_other_device_at_once(somebody, second_device):
    ada = somebody("Ada")
    device = second_device(ada)
    settings(ada)
    ada.page.get_by_role("button", name="Log out everywhere").click()
    expect_login_page(ada)
    expect_login_page(device)
    expect(device.page.get_by_role("alert")).to_contain_text("Your session has ended.")


def test_a_session_can_be_ended_from_another_device(somebody, second_device):
    ada = somebody("Ada")
    device = second_device(ada)
    settings(ada)
    expect(ada.page.get_by_text("this session")).to_be_visible()
    ada.page.get_by_role("button", name=re.compile("^End the session of")).click()
    expect_login_page(device)
    expect(ada.page.get_by_role("button", name=re.compile("^End the session of"))).to_have_count(0)


def test_a_new_password_works_and_the_old_one_does_not(somebody, newcomer):
    ada = somebody("Ada")
    settings(ada)
    ada.page.get_by_label("Current password").fill(PASSWORD)
    ada.page.get_by_label("New password").fill(NEW_PASSWORD)
    ada.page.get_by_role("button", name="Change password").click()
    expect(ada.page.get_by_text("Saved.")).to_be_visible()
    device = newcomer("Other")
    device.username = ada.username
    device.log_in()
    expect(device.page.get_by_role("alert")).to_be_visible()
    device.log_in(password=NEW_PASSWORD).expect_inside()


def test_a_new_name_is_seen_by_others_at_once(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_direct(bob)
    ada.write("hello")
    bob.open(ada.name)
    settings(ada)
    ada.page.get_by_label("Name shown to others").fill("Countess of Lovelace")
    ada.page.get_by_role("button", name="Save").click()
    expect(bob.entry("Countess of Lovelace")).to_be_visible()
    expect(bob.page.get_by_role("heading", name="Countess of Lovelace")).to_be_visible()


def test_the_page_speaks_the_browsers_language_and_the_chosen_one(newcomer):
    ada = newcomer("Ada", locale="fr-CA")
    ada.page.goto(f"{ada.url}/login")
    expect(ada.page.get_by_role("heading", name="Connexion")).to_be_visible()
    ada.page.get_by_role("link", name="En créer un").click()
    ada.page.get_by_label("Nom d’utilisateur").fill(ada.username)
    ada.page.get_by_label("Mot de passe").fill(PASSWORD)
    ada.page.get_by_role("button", name="Créer le compte").click()
    ada.page.get_by_role("link", name="Moi").click()
    ada.page.get_by_text("English").click()
    expect(ada.page.get_by_role("heading", name="Settings")).to_be_visible()
    assert ada.page.evaluate("document.documentElement.lang") == "en"

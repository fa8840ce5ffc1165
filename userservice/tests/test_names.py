import pytest

from contracts.errors import InvalidRequest
from userservice import names
from userservice.throttle import network_of


@pytest.mark.parametrize("other", ["ADA", "Ada", "ａｄａ"])
def test_names_that_differ_in_case_or_width_have_one_key(other):
    assert names.username_key(other) == names.username_key("ada")


@pytest.mark.parametrize(
    ("text", "key"),
    [("Zoë", "zoe"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("Ζωή", "ζωη"), ("ﬁne", "fine"), ("x\0y", "xy")],
)
def test_a_search_ignores_case_accents_and_compatible_forms(text, key):
    assert names.search_key(text) == key


def test_a_composed_and_a_decomposed_name_are_stored_alike():
    assert names.display_name_clean("e\u0301") == names.display_name_clean("\u00e9") == "\u00e9"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u202e", "\x7f", "a\u2066b", "\u200d\u200c", "x" * 65])
def test_a_name_that_cannot_be_seen_or_lies_about_its_order_is_refused(name):
    with pytest.raises(InvalidRequest):
        names.display_name_clean(name)


@pytest.mark.parametrize("name", ["ada", "a1", "a.b-c_d", "A" * 32])
def test_a_user_name_of_the_right_form_passes(name):
    names.username_check(name)


@pytest.mark.parametrize("name", ["a", ".ada", "ada.", "ada\n", "a b", "A" * 33, "é" * 3])
def test_a_user_name_of_another_form_does_not(name):
    with pytest.raises(InvalidRequest):
        names.username_check(name)


def test_a_device_is_printable_and_short():
    assert (
        names.device_clean("Firefox\n\t on\x00 Debian \u202e" + "x" * 500) == ("Firefox on Debian " + "x" * 500)[:200]
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:a:b:c:d:e:f", "2001:db8:a:b::/64"),
        ("", ""),
        ("unknown" * 20, ("unknown" * 20)[:64]),
    ],
)
def test_the_network_that_throttling_counts(address, network):
    assert network_of(address) == network

from datetime import timedelta
from io import StringIO

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from django.db.models import F

from contracts.user import KeyListPublic, SessionRefresh
from userservice import keys
from userservice.models import SigningKey


@pytest.fixture
def published(ask):
    return lambda: {key["kid"]: key for key in ask(KeyListPublic()).keys}


def later(seconds):
    SigningKey.objects.update(signs_from=F("signs_from") - timedelta(seconds=seconds))
    keys.forget()


def rotate(*options):
    printed = StringIO()
    call_command("rotate_keys", *options, stdout=printed)
    return printed.getvalue()


def verified(token, published, settings):
    """As a gateway checks it; raises KeyError for an unknown key."""
    key = jwt.PyJWK(published()[jwt.get_unverified_header(token)["kid"]], algorithm="EdDSA").key
    return jwt.decode(token, key, algorithms=["EdDSA"], audience="warren", issuer=settings.PUBLIC_URL)


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def test_the_first_key_is_made_when_it_is_needed(published):
    (key,) = published().values()
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("OKP", "Ed25519", "sig", "EdDSA")
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_a_key_id_is_the_thumbprint_of_rfc_8037():
    """The example of appendix A.3."""
    public = jwt.utils.base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert keys.thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_processes_that_need_the_first_key_at_once_get_the_same(transactional_db, at_once):
    made = at_once(*[lambda: keys._current().kid] * 6)
    assert len({*made}) == SigningKey.objects.count() == 1


def test_a_token_verifies_under_the_published_key(register, published, settings):
    somebody = register()
    assert verified(somebody.access_token, published, settings)["sub"] == str(somebody.user.id)


def test_a_rotation_goes_unnoticed(register, ask, published, settings):
    before = register()
    old = kid(before.access_token)
    assert "signs from" in rotate()
    assert len(published()) == 2

    later(keys.PUBLISH_AHEAD.total_seconds() - 5)
    still = ask(SessionRefresh(refresh_token=before.refresh_token))
    assert kid(still.access_token) == old

    later(6)
    after = ask(SessionRefresh(refresh_token=still.refresh_token))
    assert kid(after.access_token) != old
    for one in (before, still, after):
        assert verified(one.access_token, published, settings)

    later(keys.KEPT_AFTER.total_seconds() - 10)
    assert old in published()
    later(10)
    assert set(published()) == {kid(after.access_token)}


def test_a_second_rotation_waits_for_the_first(transactional_db):
    rotate()
    with pytest.raises(CommandError):
        rotate()


def test_two_rotations_at_once_make_one_key(register, at_once):
    register()
    at_once(*[lambda: keys.key_rotate(at_once=False)] * 4)
    assert SigningKey.objects.count() == 2


def test_private_halves_that_nothing_needs_are_deleted(register, published):
    register()
    for _ in range(3):
        rotate()
        later(10_000)
    rotate()
    assert SigningKey.objects.count() == 2


def test_a_leaked_key_is_withdrawn_at_once_and_nobody_has_to_log_in_again(register, ask, published, settings):
    somebody = register()
    assert "withdrawn" in rotate("--now")
    with pytest.raises(KeyError):
        verified(somebody.access_token, published, settings)
    fresh = ask(SessionRefresh(refresh_token=somebody.refresh_token))
    assert verified(fresh.access_token, published, settings)


def test_a_leaked_key_can_be_withdrawn_while_the_next_one_waits(register, published):
    register()
    rotate()
    rotate("--now")
    assert len(published()) == 1


def test_a_private_key_is_of_no_use_without_the_secret_key(register, settings):
    register()
    keys.forget()
    settings.SECRET_KEY = "another"
    with pytest.raises(keys.KeyUnreadable, match="rotate_keys --now"):
        keys.signer()
    rotate("--now")
    assert keys.signer()


def test_the_private_half_is_not_in_the_table(register):
    register()
    raw = keys.signer().private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    assert raw not in bytes(SigningKey.objects.get().sealed)

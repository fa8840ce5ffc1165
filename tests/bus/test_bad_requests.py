"""Whatever arrives is answered, and the next request too: a consumer never dies of a message."""

import json

import pytest
from pika.exceptions import ChannelClosedByBroker

from tests.bus.probe import service


@pytest.fixture(autouse=True)
def _served(run_service):
    run_service(service, role="jobs")


@pytest.fixture
def refused(raw_caller):
    """The code of the answer to a bad request, once a good one behind it was answered."""

    def ask(operation="probe.echo", body=b'{"text":"x"}', **options):
        kind, answer = raw_caller.ask(operation, body, **options)
        assert kind == "error"
        good, _ = raw_caller.ask("probe.echo", b'{"text":"x"}', id="good")
        assert good == "reply"
        return json.loads(answer)["code"]

    return ask


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b'{"text": 1}', b"null", b"[" * 50_000])
def test_a_malformed_body_is_an_invalid_request(refused, body):
    assert refused(body=body) == "invalid_request"


def test_a_newer_version_is_refused_by_name(refused):
    assert refused(v=2) == "version_unsupported"


@pytest.mark.parametrize("version", [None, "1", [1]])
def test_a_version_that_is_no_number_is_an_invalid_request(refused, version):
    assert refused(v=version) == "invalid_request"


def test_a_sender_without_a_user_id_is_refused(refused):
    assert refused(user_id=None) == "forbidden"


def test_a_sender_that_the_contract_does_not_list_is_refused(raw):
    from tests.bus.conftest import RawCaller

    with raw("messageservice") as channel:
        kind, answer = RawCaller(channel).ask("probe.keyed", b'{"text":"x"}', user_id="messageservice")
    assert (kind, json.loads(answer)["code"]) == ("error", "forbidden")


def test_the_broker_refuses_a_user_id_that_is_not_the_senders(raw_caller):
    raw_caller.channel.confirm_delivery()
    with pytest.raises(ChannelClosedByBroker) as caught:
        raw_caller.publish("probe.echo", b'{"text":"x"}', id="1", user_id="messageservice")
    assert caught.value.reply_code == 406


@pytest.mark.parametrize(
    "headers",
    [
        {"actor": "nobody", "session": "0" * 32},
        {"actor": 5, "session": "0" * 32},
        {"actor": "0" * 32},
        {"actor": "0" * 32, "session": {"a": 1}},
    ],
)
def test_an_actor_that_is_no_id_is_an_invalid_request(refused, headers):
    assert refused(**headers) == "invalid_request"


def test_a_deadline_that_has_passed_is_not_carried_out(refused):
    assert refused(deadline_ms=0) == "deadline_exceeded"
    assert refused(deadline_ms=-5) == "deadline_exceeded"


def test_a_request_without_a_reply_address_is_swallowed(raw_caller):
    raw_caller.channel.basic_publish("rpc.job", "probe.echo", b"{}")
    assert raw_caller.ask("probe.echo", b'{"text":"x"}')[0] == "reply"


def test_a_reply_to_a_caller_that_is_gone_breaks_nothing(raw, raw_caller):
    from tests.bus.conftest import RawCaller

    with raw("gateway") as channel:
        RawCaller(channel).publish("probe.slow", b'{"milliseconds": 150}', id="gone")
    assert raw_caller.ask("probe.slow", b'{"milliseconds": 200}')[0] == "reply"
    assert raw_caller.ask("probe.slow", b'{"milliseconds": 1}', id="2")[0] == "reply"

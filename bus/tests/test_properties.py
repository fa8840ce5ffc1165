"""Properties made by hand are those that pika would have made: pika itself reads them here."""

import time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import frame
from pika.spec import BasicProperties

from bus.envelope import Actor, Call, Client
from bus.properties import PropertiesEncoder
from bus.wire import headers_of

encoder = PropertiesEncoder(reply_to="amq.rabbitmq.reply-to", user="gateway", role="gateway of a test")


def read_by_pika(properties) -> BasicProperties:
    sent = frame.Header(1, 17, properties).marshal()
    _, received = frame.decode_frame(sent)
    assert received.body_size == 17
    return received.properties


def made(headers, **options):
    options = {"id": "c-1", "operation": "message.send", "left_ms": 2000} | options
    return read_by_pika(encoder.request(headers, **options))


def test_every_property_arrives():
    read = made({"v": 1})
    assert read.message_id == read.correlation_id == "c-1"
    assert read.reply_to == "amq.rabbitmq.reply-to"
    assert read.expiration == "2000"
    assert read.type == "message.send"
    assert (read.user_id, read.app_id) == ("gateway", "gateway of a test")
    assert abs(read.timestamp - time.time()) < 5
    assert read.delivery_mode is None, "a request is never persistent"


@pytest.mark.parametrize(
    "call",
    [
        None,
        Call(),
        Call(request_id="r", traceparent="t", client=Client(address="::1", device="Æ" * 200)),
        Call(actor=Actor(user_id=uuid4(), session_id=uuid4(), staff=True)),
    ],
    ids=["none", "empty", "client", "actor"],
)
def test_the_envelope_arrives_as_headers(call):
    headers = headers_of(call, 1234)
    assert made(headers).headers == headers


texts = st.text(max_size=300).filter(lambda text: text.isprintable())


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=20), texts | st.integers(0, 2**31 - 1) | st.just(True)))
def test_any_headers_survive(headers):
    assert made(headers).headers == headers


def test_a_text_that_is_no_unicode_breaks_nothing():
    assert made({"device": "broken \ud800"}).headers == {"device": "broken ?"}


def test_an_id_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="range"):
        made({}, id="x" * 256)

"""pika's private writing, as `bus.joined` found it: these fail when a new pika looks different."""

import inspect
import socket

import pytest
from pika.adapters.select_connection import IOLoop
from pika.adapters.utils.io_services_utils import _AsyncPlaintextTransport, _AsyncTransportBase
from pika.adapters.utils.selector_ioloop_adapter import SelectorIOServicesAdapter
from pika.channel import Channel

from bus import joined


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(5)
    yield ours, theirs
    theirs.close()


@pytest.fixture
def loop():
    made = IOLoop()
    yield made
    made.close()


class Protocol:
    def connection_lost(self, error):
        """The transport tells its protocol when it ends."""


@pytest.fixture
def transport(pair, loop):
    made = _AsyncPlaintextTransport(pair[0], Protocol(), SelectorIOServicesAdapter(loop))
    yield made
    made.abort()
    loop.process_timeouts()


def test_what_waits_goes_out_in_one_system_call(transport, pair, monkeypatch):
    sent = []
    send = _AsyncTransportBase._sigint_safe_send
    monkeypatch.setattr(
        _AsyncTransportBase,
        "_sigint_safe_send",
        staticmethod(lambda sock, data: (sent.append(data), send(sock, data))[1]),
    )
    for frame in (b"method", b"header", b"body"):
        transport.write(frame)
    transport._produce()
    assert sent == [b"methodheaderbody"]
    assert pair[1].recv(100) == b"methodheaderbody"
    assert transport.get_write_buffer_size() == 0


def test_nothing_is_lost_where_the_socket_takes_only_a_part(transport, pair):
    frames = [bytes([number]) * 100_000 for number in range(20)]
    for frame in frames:
        transport.write(frame)
    received = bytearray()
    while transport.get_write_buffer_size():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(transport, "_protocol", Protocol())
            try:
                transport._produce()
            except BlockingIOError:
                received += pair[1].recv(1 << 20)
    while len(received) < 2_000_000:
        received += pair[1].recv(1 << 20)
    assert bytes(received) == b"".join(frames)


def test_pika_still_writes_as_it_did_when_this_was_measured():
    source = inspect.getsource(_AsyncTransportBase._produce)
    assert "_sigint_safe_send(self._sock," in source
    assert "self._tx_buffers.popleft()" in source
    assert _AsyncPlaintextTransport._produce is joined._produce_joined


def test_pika_still_remembers_cancelled_consumers_where_the_server_looks():
    assert "self._cancelled.add(consumer_tag)" in inspect.getsource(Channel.basic_cancel)
    assert "basic_reject" in inspect.getsource(Channel._on_deliver)

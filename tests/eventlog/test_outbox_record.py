"""Recording: in the transaction or not at all."""

import threading
from uuid import uuid4

import msgspec
import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from bus import afterwards
from bus.afterwards import Note
from bus.topology import POKE
from contracts.audience import Audience
from contracts.log import LogHeadSignal
from contracts.user import SessionRevoked
from eventlog import outbox
from eventlog.models import Outbox

pytestmark = pytest.mark.usefixtures("transactional_db")


def revoked(**changes) -> SessionRevoked:
    return SessionRevoked(**{"user_id": uuid4(), "session_ids": [], "reason": "logout"} | changes)


@pytest.fixture(autouse=True)
def _nothing_noted():
    afterwards.take()


def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        outbox.record(revoked(), audience=Audience())
    assert not Outbox.objects.exists()


def test_an_event_carries_owner_name_audience_and_finished_json():
    conversation, user = uuid4(), uuid4()
    event = revoked()
    with transaction.atomic():
        outbox.record(event, audience=Audience(conversation_id=conversation, seq=9, user_id=user))
    row = Outbox.objects.get()
    assert (row.owner, row.event, row.conversation_id, row.seq, row.user_id) == (
        "user", "session.revoked", conversation, 9, user,
    )  # fmt: skip
    assert Audience.from_routing_key(row.routing_key) == Audience(conversation_id=conversation, seq=9, user_id=user)
    assert msgspec.json.decode(row.body, type=SessionRevoked) == event


def test_an_audience_without_a_conversation_has_no_seq():
    with transaction.atomic():
        outbox.record(revoked(), audience=Audience(user_id=uuid4()))
    assert Outbox.objects.get().seq is None


def test_an_event_that_its_contract_forbids_is_refused():
    with transaction.atomic(), pytest.raises(msgspec.ValidationError):
        outbox.record(revoked(reason=5), audience=Audience())
    assert not Outbox.objects.exists()


def test_a_signal_is_not_recorded():
    with transaction.atomic(), pytest.raises(TypeError, match="signal"):
        outbox.record(LogHeadSignal(epoch="e", pos=1), audience=Audience())


def test_the_wake_is_noted_once_and_for_this_thread_only():
    with transaction.atomic():
        outbox.record(revoked(), audience=Audience())
        outbox.record(revoked(), audience=Audience())
    elsewhere: list[list[Note]] = []
    thread = threading.Thread(target=lambda: elsewhere.append(afterwards.take()))
    thread.start()
    thread.join(10)
    assert elsewhere == [[]]
    assert [afterwards.take(), afterwards.take()] == [[Note("", POKE)], []]


def test_nothing_recorded_is_nothing_to_wake_for():
    with transaction.atomic():
        outbox.record_many([])
    assert not afterwards.take()


def test_a_statement_of_a_service_s_own_can_insert_the_row():
    names, marks = ", ".join(outbox.COLUMNS), ", ".join(["%s"] * len(outbox.COLUMNS))
    with connection.cursor() as cursor:
        values = outbox.row(revoked(), audience=Audience())
        cursor.execute(f"INSERT INTO {outbox.TABLE} ({names}) VALUES ({marks})", values)
    assert Outbox.objects.get().routing_key == "all"

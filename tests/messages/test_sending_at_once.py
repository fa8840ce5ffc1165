"""What several processes do to the same conversation in the same moment; threads with connections of their own."""

import random
import threading
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections
from django.db.transaction import atomic

from contracts.errors import Busy, NotFound, WarrenError
from contracts.message import MemberRemove, MessageSend
from eventlog.models import Outbox
from messageservice import sending, services, statements
from messageservice.models import Conversation, Member, Message


def request(conversation_id, **fields):
    return MessageSend(conversation_id=conversation_id, text="hi", **{"client_id": uuid4(), **fields})


def assert_dense_and_told_in_order(conversation):
    """Every seq from 1 is there, and the outbox tells them in that order."""
    stored = Message.objects.filter(conversation_id=conversation).order_by("seq").values_list("seq", flat=True)
    assert list(stored) == list(range(1, Conversation.objects.get(pk=conversation).last_seq + 1))
    told = Outbox.objects.filter(conversation_id=conversation, event="message.sent").order_by("id")
    assert list(told.values_list("seq", flat=True)) == list(stored)


@pytest.mark.parametrize("batch", [1, 3, 16])
def test_eight_senders_of_one_conversation_leave_no_gap(people, group, at_once, batch):
    senders = people(8)
    conversation = group(*senders)

    def talk(sender):
        return [
            outcome.message.seq
            for _ in range(12)
            for outcome in sending.message_send_many([(sender, request(conversation)) for _ in range(batch)])
        ]

    outcomes = at_once(*(lambda sender=sender: talk(sender) for sender in senders))
    assert all(seqs == sorted(seqs) for seqs in outcomes)
    assert sorted(seq for seqs in outcomes for seq in seqs) == list(range(1, 8 * 12 * batch + 1))
    assert_dense_and_told_in_order(conversation)


def test_batches_over_the_same_conversations_in_any_order_do_not_deadlock(people, group, at_once):
    senders = people(6)
    conversations = [group(*senders) for _ in range(5)]

    def talk(seed):
        choice = random.Random(seed)
        done = []
        for _ in range(15):
            wanted = [(choice.choice(senders), request(choice.choice(conversations))) for _ in range(12)]
            done += sending.message_send_many(wanted)
        return done

    outcomes = at_once(*(lambda seed=seed: talk(seed) for seed in range(6)))
    assert [outcome for answers in outcomes for outcome in answers if isinstance(outcome, WarrenError)] == []
    for conversation in conversations:
        assert_dense_and_told_in_order(conversation)


@pytest.mark.parametrize("others", [0, 5])
def test_one_message_repeated_a_hundred_times_at_once_is_there_once(people, group, at_once, others):
    (ada,) = people(1)
    conversation = group(ada)
    wanted = request(conversation)

    def repeat():
        answers = []
        for _ in range(13):
            batch = [(ada, wanted), *((ada, request(conversation)) for _ in range(others))]
            answers.append(sending.message_send_many(batch)[0])
        return answers

    answers = [answer for some in at_once(*[repeat] * 8) for answer in some]
    assert len({answer.message.id for answer in answers}) == 1
    assert [answer.duplicate for answer in answers].count(False) == 1
    assert Message.objects.filter(client_id=wanted.client_id).count() == 1
    assert Message.objects.count() == 1 + 8 * 13 * others
    assert_dense_and_told_in_order(conversation)


@pytest.mark.parametrize("batch", [1, 4])
def test_nobody_sends_after_his_removal(people, group, ask, at_once, batch):
    """Whatever committed with a later seq than the removal's event is by somebody else."""
    ada, bob, carl = people(3)
    for _ in range(8):
        conversation = group(ada, bob, carl)
        removed = threading.Event()

        def talk(sender, conversation=conversation, removed=removed):
            sent = []
            while not removed.is_set():
                sent += sending.message_send_many([(sender, request(conversation)) for _ in range(batch)])
            return sent

        def remove(conversation=conversation, removed=removed):
            try:
                ask(MemberRemove(conversation_id=conversation, user_id=bob), by=ada)
            finally:
                removed.set()
            return sending.message_send_many([(bob, request(conversation))])

        bobs, _, after = at_once(lambda: talk(bob), lambda: talk(carl), remove)
        assert [type(outcome) for outcome in after] == [NotFound]
        removal = Outbox.objects.get(conversation_id=conversation, event="member.removed")
        mine = Message.objects.filter(conversation_id=conversation, sender_id=bob)
        assert not mine.filter(seq__gte=removal.seq).exists()
        assert mine.count() == len([outcome for outcome in bobs if not isinstance(outcome, WarrenError)])
        told = Outbox.objects.filter(conversation_id=conversation).order_by("id").values_list("event", "seq")
        assert [seq for _, seq in told] == sorted(seq for _, seq in told)
        assert_dense_and_told_in_order(conversation)


def test_everybody_leaving_while_everybody_talks_does_not_deadlock(people, group, at_once):
    members = people(8)
    conversation = group(*members)

    def talk_and_leave(user_id, number):
        for _ in range(number * 3):
            sending.message_send_many([(user_id, request(conversation)) for _ in range(1 + number % 2)])
        services.member_remove(actor=user_id, conversation_id=conversation, user_id=user_id)

    outcomes = at_once(*(lambda one=one, n=n: talk_and_leave(one, n) for n, one in enumerate(members)))
    assert outcomes == [None] * 8
    assert not Member.objects.filter(conversation_id=conversation).exists()
    assert Conversation.objects.get(pk=conversation).member_count == 0
    assert_dense_and_told_in_order(conversation)


@pytest.fixture
def held(people, group):
    """A conversation whose row another connection keeps locked, until `release` is set."""
    (ada,) = people(1)
    conversation = group(ada)
    locked, release = threading.Event(), threading.Event()

    def hold():
        try:
            with atomic():
                Conversation.objects.select_for_update().get(pk=conversation)
                locked.set()
                release.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(10)
    yield ada, conversation
    release.set()
    thread.join()


def test_a_conversation_that_is_kept_locked_holds_up_nobody_else(held, group, lock_timeout, seqs):
    ada, conversation = held
    other = group(ada)
    lock_timeout(50)
    outcomes = sending.message_send_many([(ada, request(conversation)), (ada, request(other)), (ada, request(other))])
    assert type(outcomes[0]) is Busy
    assert [outcome.message.seq for outcome in outcomes[1:]] == seqs(other) == [1, 2]
    assert seqs(conversation) == []


def test_a_single_message_into_a_locked_conversation_is_busy(held, lock_timeout):
    ada, conversation = held
    lock_timeout(50)
    (outcome,) = sending.message_send_many([(ada, request(conversation))])
    assert type(outcome) is Busy


def test_a_connection_that_dies_is_not_taken_for_a_lock(people, group):
    (ada,) = people(1)
    conversation = group(ada)
    statements.insert([sending.Draft.of(request(conversation), sender=ada)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def kill():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connections.close_all()

    thread = threading.Thread(target=kill)
    thread.start()
    thread.join()
    with pytest.raises(OperationalError):
        sending.message_send_many([(ada, request(conversation))])
    connection.close()
    assert [message.message.seq for message in sending.message_send_many([(ada, request(conversation))])] == [2]

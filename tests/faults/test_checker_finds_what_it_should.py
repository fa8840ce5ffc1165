"""The checker itself is tested: a checker that finds nothing proves nothing."""

from uuid import uuid4

from tests.faults.history import History, Shown, Stored, violations

CONVERSATION, SENDER = uuid4(), uuid4()


def stored(seq: int) -> Stored:
    return Stored(conversation_id=CONVERSATION, seq=seq, message_id=uuid4(), client_id=uuid4(), sender_id=SENDER)


def shown(row: Stored) -> Shown:
    return Shown(conversation_id=row.conversation_id, seq=row.seq, message_id=row.message_id, client_id=row.client_id)


def history(*seen: Stored) -> History:
    book = History(user_id=SENDER, conversations=frozenset({CONVERSATION}))
    book.shown = [shown(row) for row in seen]
    return book


def test_a_history_in_which_all_is_well_has_no_violation() -> None:
    rows = [stored(1), stored(2)]
    book = history(*rows)
    book.acknowledged[rows[0].client_id] = (CONVERSATION, 1)
    assert violations([book], rows) == []


def test_an_acknowledged_message_that_is_not_stored_is_found() -> None:
    rows = [stored(1)]
    book = history(*rows)
    book.acknowledged[uuid4()] = (CONVERSATION, 2)
    assert any("acknowledged" in sentence for sentence in violations([book], rows))


def test_an_acknowledgment_with_another_seq_than_stored_is_found() -> None:
    rows = [stored(1)]
    book = history(*rows)
    book.acknowledged[rows[0].client_id] = (CONVERSATION, 7)
    assert any("acknowledged" in sentence for sentence in violations([book], rows))


def test_a_message_shown_twice_is_found() -> None:
    row = stored(1)
    assert any("2 times" in sentence for sentence in violations([history(row, row)], [row]))


def test_an_inversion_is_found() -> None:
    first, second = stored(1), stored(2)
    assert any("after" in sentence for sentence in violations([history(second, first)], [first, second]))


def test_a_message_that_a_member_never_saw_is_found() -> None:
    first, second = stored(1), stored(2)
    assert any("never saw" in sentence for sentence in violations([history(first)], [first, second]))


def test_a_gap_in_the_stored_seqs_is_found() -> None:
    rows = [stored(1), stored(3)]
    assert any("not 1..2" in sentence for sentence in violations([], rows))


def test_a_client_id_stored_twice_is_found() -> None:
    first = stored(1)
    again = Stored(conversation_id=CONVERSATION, seq=2, message_id=uuid4(), client_id=first.client_id, sender_id=SENDER)
    assert any("stored 2 times" in sentence for sentence in violations([], [first, again]))

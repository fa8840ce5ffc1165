from bus.connection import Backoff, describe, parameters, user_of

URL = "amqp://relay:hunter2@127.0.0.1:1/warren"


def delays(count, *, unheard=False):
    backoff = Backoff()
    return [backoff.delay(unheard=unheard) for _ in range(count)]


def test_delays_grow_to_half_a_minute_at_most():
    samples = [delays(12) for _ in range(300)]
    assert all(0 <= delay <= 30 for sample in samples for delay in sample)
    assert max(sample[0] for sample in samples) <= 0.5
    assert max(sample[-1] for sample in samples) > 20


def test_a_broker_that_does_not_listen_is_tried_often():
    assert max(delays(50, unheard=True)) <= 2


def test_clients_do_not_come_back_in_the_same_moment():
    assert len({round(delays(6)[-1], 6) for _ in range(50)}) > 40


def test_success_makes_the_next_delay_short_again():
    backoff = Backoff()
    for _ in range(12):
        backoff.delay(unheard=False)
    backoff.reset()
    assert backoff.delay(unheard=False) <= 0.5


def test_many_failures_do_not_overflow():
    assert max(delays(5000)) <= 30


def test_a_dead_peer_and_a_blocked_broker_are_noticed():
    made = parameters(URL, role="relay")
    assert 10 <= made.heartbeat <= 20
    assert made.blocked_connection_timeout


def test_the_sender_is_the_user_in_the_url():
    assert user_of(URL) == "relay"


def test_a_failure_is_told_without_the_password():
    assert "hunter2" not in describe(ConnectionRefusedError(111, "Connection refused"))
    assert "hunter2" not in str(parameters(URL, role="relay").client_properties)

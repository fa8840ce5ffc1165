"""The private PostgreSQL and RabbitMQ: reachable by their users only, and back on their ports after `kill -9`."""

import contextlib
import os
import stat

import pika
import pika.exceptions
import psycopg2
import pytest

from supervisor import local
from supervisor.faults import Temporary
from supervisor.instances import Instances
from supervisor.ports import answers

pytestmark = pytest.mark.serial


@contextlib.contextmanager
def channel(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


@contextlib.contextmanager
def cursor(url):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as one:
            yield one
    finally:
        connection.close()


def test_the_database_wants_its_password(instances):
    wrong = instances.database_url.replace(instances.postgres.password, "wrong")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"), cursor(wrong):
        pass


def test_the_database_belongs_to_a_user_who_is_no_superuser(instances):
    with cursor(instances.database_url) as one:
        one.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert one.fetchone() == (False, False)


def test_the_database_is_durable_and_in_utf_8(instances):
    with cursor(instances.database_url) as one:
        one.execute("SELECT current_setting('fsync'), current_setting('server_encoding'), current_setting('jit')")
        assert one.fetchone() == ("on", "UTF8", "off")


def test_the_application_can_read_the_identity_that_the_epoch_is_made_of(instances):
    with cursor(instances.database_url) as one:
        one.execute("SELECT system_identifier, timeline_id FROM pg_control_system(), pg_control_checkpoint()")
        assert all(one.fetchone())


def test_what_was_committed_is_there_after_kill_9_on_the_same_port(instances):
    with cursor(instances.database_url) as one:
        one.execute("CREATE TABLE kept (value int); INSERT INTO kept VALUES (42)")
    instances.postgres.kill()
    assert not answers(instances.postgres.port)
    instances.postgres.start()
    with cursor(instances.database_url) as one:
        one.execute("SELECT value FROM kept")
        assert one.fetchone() == (42,)


def test_a_durable_exchange_is_there_after_kill_9_on_the_same_port(instances):
    url = instances.amqp_url("topology")
    with channel(url) as one:
        one.exchange_declare("signals", "fanout", durable=True)
    instances.rabbitmq.kill()
    assert not answers(instances.rabbitmq.ports["amqp"])
    instances.rabbitmq.start()
    with channel(url) as one:
        one.exchange_declare("signals", passive=True)


@pytest.mark.parametrize("role", ["gateway", "userservice", "messageservice", "eventlog", "relay", "admin"])
def test_only_the_topology_user_makes_shared_exchanges(instances, role):
    with (
        channel(instances.amqp_url(role)) as one,
        pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"),
    ):
        one.exchange_declare("work", "direct", durable=True)


def test_a_wrong_broker_password_is_refused(instances):
    url = instances.amqp_url("relay").replace(instances.rabbitmq.passwords["relay"], "wrong")
    with pytest.raises(pika.exceptions.AMQPConnectionError), channel(url):
        pass


def test_virtual_hosts_do_not_see_each_other(instances):
    with channel(instances.amqp_url("topology", vhost="other")) as one:
        one.exchange_declare("dead", "direct", durable=True)
    with (
        channel(instances.amqp_url("topology")) as one,
        pytest.raises(pika.exceptions.ChannelClosedByBroker, match="NOT_FOUND"),
    ):
        one.exchange_declare("dead", passive=True)


def test_nobody_but_the_owner_can_read_the_secrets(instances, folder):
    files = list((folder / "secrets").iterdir())
    assert files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_servers_do_not_run_as_root(instances):
    for child in (instances.postgres.child, instances.rabbitmq.child):
        assert os.stat(f"/proc/{child.pid}").st_uid != 0


def test_a_second_start_on_the_same_folder_is_refused_with_the_first_ones_process(instances, folder):
    with pytest.raises(Temporary, match=f"already running on {folder} .process {os.getpid()}"):
        Instances(folder).start()
    assert instances.postgres.ready()


def test_both_come_back_on_their_ports_after_a_clean_stop(instances):
    before = (instances.database_url, instances.amqp_url("relay"))
    instances.stop()
    assert local.started_at(instances.postgres.child.pid) == ""
    instances.start()
    assert (instances.database_url, instances.amqp_url("relay")) == before
    with channel(before[1]) as one:
        assert one.is_open


def test_discarding_leaves_nothing_of_the_data_wherever_it_was(tmp_path):
    """pytest's folders are closed to others, so root's servers keep their data elsewhere."""
    own = Instances(tmp_path / "own", broker=False).start()
    data = own.postgres.data
    assert data.exists()
    own.discard()
    assert not data.parent.exists()
    assert data.is_relative_to(tmp_path) or not data.parent.parent.exists()

"""`manage.py serve` and `manage.py topology` as an operator meets them."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from uuid import uuid4

import pytest

from bus.envelope import Call
from contracts.errors import WarrenError
from contracts.user import KeyListPublic, UserGet
from supervisor.ports import remembered
from tests.servers import ROOT, eventually, until


def read(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def lines(process):
    return [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]


@pytest.mark.usefixtures("transactional_db")
async def test_a_request_id_travels_into_the_services_log(rpc, serve):
    process = serve("userservice", WARREN_LOG_LEVEL="DEBUG")
    await rpc.call(KeyListPublic(), call=Call(request_id="r-17"))
    with pytest.raises(WarrenError):
        await rpc.call(UserGet(user_id=uuid4()), call=Call(request_id="r-18"))
    await until(lambda: "r-18" in process.log())
    answered = {line["request_id"]: line for line in lines(process) if line["event"] == "answered"}
    assert answered["r-17"]["operation"] == "key.list"
    assert answered["r-17"]["code"] == "ok"
    assert answered["r-17"]["ms"] > 0
    assert answered["r-18"]["code"] != "ok"


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_several_services_share_a_process_and_leave_when_asked(serve, number):
    process = serve("userservice", "eventlog")
    process.popen.send_signal(number)
    assert process.popen.wait(10) == 0
    assert {line["role"] for line in lines(process) if line["event"] == "connected"} >= {"userservice", "eventlog"}


@pytest.mark.usefixtures("transactional_db")
async def test_prometheus_is_told_how_long_calls_take(rpc, serve, tmp_path):
    port = remembered(tmp_path / "ports.json", ["metrics"])["metrics"]
    serve("userservice", "--metrics-port", str(port))
    await rpc.call(KeyListPublic())
    told = await asyncio.to_thread(read, f"http://127.0.0.1:{port}/metrics")
    assert 'warren_rpc_seconds_count{code="ok",operation="key.list"} 1.0' in told


@pytest.mark.usefixtures("transactional_db")
def test_no_secret_is_logged(serve, broker):
    process = serve("userservice", WARREN_LOG_LEVEL="DEBUG")
    process.stop()
    passwords = [url.partition("//")[2].partition("@")[0].partition(":")[2] for url in broker.urls.values()]
    assert not [password for password in passwords if password in process.log()]


def run(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "WARREN_SECRET_KEY": "x"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_roles_that_are_no_services_run_alone():
    done = run("serve", "relay", "userservice")
    assert done.returncode == 1
    assert "run alone" in done.stderr


def test_a_role_without_a_broker_says_which_variable_is_missing():
    done = run("serve", "eventlog", WARREN_DATABASE_URL="postgres://u:p@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "WARREN_AMQP_URL_EVENTLOG" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_topology_is_made_looked_at_and_told(broker):
    url = broker.url("topology")
    assert "exchange events.message   fanout" in run("topology", WARREN_AMQP_URL=url).stdout
    assert "is there" in run("topology", "--check", WARREN_AMQP_URL=url).stdout
    told = json.loads(run("topology", "--json").stdout)
    assert told["permissions"]["gateway"]["configure"].startswith("^(")


def test_a_broker_that_does_not_answer_is_a_sentence():
    done = run("topology", WARREN_AMQP_URL="amqp://topology:hunter2@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "RabbitMQ does not answer: ConnectionRefusedError" in done.stderr
    assert "hunter2" not in done.stderr


def test_what_is_missing_is_named(broker):
    import pika

    connection = pika.BlockingConnection(pika.URLParameters(broker.url("topology")))
    channel = connection.channel()
    channel.exchange_delete("dead")
    try:
        done = run("topology", "--check", WARREN_AMQP_URL=broker.url("topology"))
    finally:
        channel.exchange_declare("dead", "direct", durable=True)
        connection.close()
    assert done.returncode == 1
    assert "Missing: dead." in done.stderr


def test_a_service_waits_for_the_topology(broker, probe_process, raw):
    """Its exchange is gone: it says so once, tries again, and is ready when it is back."""
    with raw("topology") as channel:
        channel.exchange_delete("rpc.job")
        process = probe_process(wait=False)
        try:
            eventually(lambda: "no exchange" in process.log() or process.popen.poll() is not None)
        finally:
            channel.exchange_declare("rpc.job", "direct", durable=True)
    process.wait_ready()
    assert process.log().count("no exchange") == 1

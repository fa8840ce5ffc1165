"""Making what the roles share, as the RabbitMQ user `topology`; safe to repeat."""

from collections.abc import Callable
from typing import Any

from pika import BlockingConnection
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker

from bus.connection import describe, parameters
from bus.topology import EXCHANGES, QUEUES


class BrokerUnreachable(Exception):
    """No connection to RabbitMQ; the message says why and holds no secret."""


class Clash(Exception):
    """Something of the same name is there, but made otherwise; the message is RabbitMQ's."""


def declare(url: str) -> None:
    """Declare every shared exchange and queue. Raises BrokerUnreachable or Clash."""

    def make(channel: Any) -> None:
        for exchange in EXCHANGES:
            channel.exchange_declare(exchange.name, exchange.type, durable=True)
        for queue in QUEUES:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            if queue.exchange is not None:
                channel.queue_bind(queue.name, queue.exchange, queue.name)

    try:
        _connected(url, make)
    except ChannelClosedByBroker as error:
        raise Clash(error.reply_text) from None


def missing(url: str) -> list[str]:
    """Names of shared exchanges and queues that are not there."""
    found: list[str] = []

    def look(channel: Any) -> None:
        for exchange in EXCHANGES:
            channel = _try(channel, found, exchange.name, channel.exchange_declare)
        for queue in QUEUES:
            channel = _try(channel, found, queue.name, channel.queue_declare)

    _connected(url, look)
    return found


def _try(channel: Any, found: list[str], name: str, declare: Callable[..., Any]) -> Any:
    """The broker answers what is missing by closing the channel; go on with a new one."""
    try:
        declare(name, passive=True)
    except ChannelClosedByBroker:
        found.append(name)
        return channel.connection.channel()
    return channel


def _connected(url: str, work: Callable[[Any], None]) -> None:
    try:
        connection = BlockingConnection(parameters(url, role="topology"))
    except AMQPConnectionError as error:
        raise BrokerUnreachable(describe(error)) from None
    try:
        work(connection.channel())
    finally:
        if connection.is_open:
            connection.close()

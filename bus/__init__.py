"""All AMQP: the only package that imports pika (docs/bus.md)."""

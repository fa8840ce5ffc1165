"""Which URL a role connects to RabbitMQ with: each has a user of its own (docs/configuration.md)."""

from django.conf import settings

from config import settings as variables


def amqp_url(role: str) -> str:
    """`WARREN_AMQP_URL_<ROLE>`, else `WARREN_AMQP_URL`. Stops the boot with a sentence when neither is set."""
    url = variables.env.url(
        f"WARREN_AMQP_URL_{role.upper()}",
        settings.AMQP_URL,
        schemes=("amqp", "amqps"),
        secret=True,
        help=f"RabbitMQ with the user of the role `{role}`; empty means WARREN_AMQP_URL",
    )
    if not url:
        raise SystemExit(f"WARREN_AMQP_URL_{role.upper()} (or WARREN_AMQP_URL) should hold the URL of RabbitMQ.")
    return url

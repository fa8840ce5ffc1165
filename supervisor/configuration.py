"""`.env.example` and docs/configuration.md, written from the variables that the code reads: none can be forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from config.env import Variable

AROUND = (
    Variable(
        name="WARREN_LOCAL",
        help="folder of everything private to this installation: generated secrets, ports, logs, the private servers",
        default=".local",
        secret=False,
    ),
    Variable(
        name="WARREN_SITE",
        help="containers only: what the reverse proxy answers on; a domain name makes it fetch a certificate",
        default=":8080",
        secret=False,
    ),
    Variable(
        name="WARREN_MANAGEMENT_PORT",
        help="containers only: port of RabbitMQ's own page, on this machine's loopback address",
        default="15672",
        secret=False,
    ),
)
"""Read by `bin/up` or by docker-compose.yml, never by a role."""

INTRODUCTION = """# Configuration

Everything is set by environment variables. `bin/up` and `docker compose` also read a file `.env` beside
`docker-compose.yml`; the environment goes before it. `.env.example` lists every variable with its default: copy it and
keep the lines that you change. A value that a variable cannot hold stops the start with a sentence that names it.

A variable marked **secret** can also be read from a file: `WARREN_SECRET_KEY_FILE=/run/secrets/key` instead of
`WARREN_SECRET_KEY`. `bin/up` and the containers generate every secret at their first start; there is no default one.

This page is generated: `manage.py export_configuration` writes it from the settings.
"""
PER_ROLE = """
## A RabbitMQ user per role

Each role connects as a user of its own, with only the permissions that it needs; `manage.py topology --json` prints
them. `bin/up` and the containers set these by themselves. With a broker of your own, give each role its URL, or all of
them one with `WARREN_AMQP_URL`.

"""


def env_example(known: Mapping[str, Variable], *, roles: Sequence[str], root: Path) -> str:
    """The content of `.env.example`: every variable, commented out, with its meaning and default."""
    variables = [*known.values(), *_per_role(roles), *AROUND]
    head = "# Every variable that Warren reads, with its default. docs/configuration.md says more.\n"
    return head + "".join(_example(variable, root) for variable in variables)


def page(known: Mapping[str, Variable], *, roles: Sequence[str], root: Path) -> str:
    """The content of docs/configuration.md."""
    return "".join(
        [
            INTRODUCTION,
            "\n## What the roles read\n\n",
            _table(known.values(), root),
            "\n## What the set-up reads\n\n",
            _table(AROUND, root),
            PER_ROLE,
            *(f"- `{variable.name}`\n" for variable in _per_role(roles)),
        ]
    )


def _per_role(roles: Sequence[str]) -> list[Variable]:
    return [
        Variable(
            name=f"WARREN_AMQP_URL_{role.upper()}",
            help=f"RabbitMQ with the user of `{role}`; empty means WARREN_AMQP_URL",
            default="",
            secret=True,
        )
        for role in roles
    ]


def _example(variable: Variable, root: Path) -> str:
    return f"\n# {variable.help}\n#{variable.name}={_default(variable, root)}\n"


def _table(variables: Iterable[Variable], root: Path) -> str:
    rows = [_row(variable, root) for variable in variables]
    return "| variable | meaning | default |\n|---|---|---|\n" + "".join(rows)


def _row(variable: Variable, root: Path) -> str:
    default = _default(variable, root)
    meaning = variable.help + (" (**secret**)" if variable.secret else "")
    return f"| `{variable.name}` | {meaning} | {f'`{default}`' if default else ''} |\n"


def _default(variable: Variable, root: Path) -> str:
    """Without the path of the clone that it was generated in."""
    return variable.default.replace(f"{root}/", "")

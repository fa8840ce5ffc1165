"""`python -m supervisor COMMAND ...`: a command of `bin/`, once `.venv` is there."""

import importlib
import sys

from supervisor.cli import parse, say
from supervisor.faults import SetupFault

MODULES = {"up": "up", "test": "testrun", "check": "checkrun", "bench": "benchrun"}


def main() -> int:
    """Run the command and return its exit status."""
    name, *arguments = sys.argv[1:]
    module = importlib.import_module(f"supervisor.{MODULES[name]}")
    try:
        if name == "bench":
            return int(module.bench(arguments))
        options, rest = parse(name, arguments)
        return int(module.test(options, rest) if name == "test" else getattr(module, name)(options))
    except SetupFault as fault:
        say(str(fault))
        return fault.status


if __name__ == "__main__":
    sys.exit(main())

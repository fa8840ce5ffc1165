#!/usr/bin/env python3
"""Warren's one entry point: `manage.py help` lists the commands, `manage.py serve ROLE` runs a part of the system."""

import os
import sys


def main() -> None:
    """Run a management command; the gateway's own get settings that hold no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] in (["runserver"], ["export_schema"]) or (sys.argv[1:2] == ["serve"] and "gateway" in sys.argv):
        os.environ["WARREN_ROLE"] = "gateway"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

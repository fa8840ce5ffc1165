"""The first lines of every command here: find a Python that is new enough, then hand over to `supervisor/cli.py`."""

import os
import sys

OLDEST = (3, 11)


def enter(name):
    """Run the command; does not return. The syntax of this file has to suit older Pythons, too."""
    if sys.version_info < OLDEST:
        _enter_with_another_python()
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    from supervisor import cli

    cli.enter(name)


def _enter_with_another_python():
    for python in ("python3.13", "python3.12", "python3.11"):
        try:
            os.execvp(python, [python, *sys.argv])
        except OSError:
            pass
    sys.stderr.write("Warren needs Python 3.11 or newer. Install it: sudo apt-get install python3\n")
    sys.exit(69)

"""The probes in a process of their own: `python -m tests.bus.serve_probe URL`; speaks as `manage.py serve` does."""

import signal
import sys

from bus.server import Hosted, Server
from config import notify
from config.logs import logging_config
from tests.bus.probe import service

if __name__ == "__main__":
    logging_config(style="json", level="INFO")
    server = Server(
        [Hosted(service=service, url=sys.argv[1], role="jobs")], on_ready=notify.ready, on_alive=notify.alive
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    server.run()

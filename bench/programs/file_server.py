"""Answers every request with a file of so many MiB, as fast as Python's sockets go; each path has another one.

`python -m bench.programs.file_server PORT MIB`.
"""

import hashlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MIB = 1024 * 1024
PIECE = bytearray(range(256)) * (MIB // 256)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mib = 0

    def do_GET(self) -> None:
        own = hashlib.sha256(self.path.encode()).hexdigest()
        self.send_response(200)
        self.send_header("Content-Length", str(self.mib * MIB))
        self.send_header("ETag", f'"{own}"')
        self.end_headers()
        self.wfile.write(own.encode() + PIECE[len(own) :])
        for _ in range(self.mib - 1):
            self.wfile.write(PIECE)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    port, Handler.mib = map(int, sys.argv[1:])
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()

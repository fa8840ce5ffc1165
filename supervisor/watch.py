"""Hears from the roles that they are ready and alive: the supervisor's end of sd_notify(3)."""

import os
import secrets
import socket
import struct

SO_PASSCRED = 16
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7), "SCM_CREDENTIALS"


class Notifications:
    """A datagram socket in the abstract namespace, which leaves no file behind and knows no limit of path length."""

    def __init__(self) -> None:
        self.name = f"@warren-{os.getpid()}-{secrets.token_hex(4)}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, 1)
        self.socket.bind("\0" + self.name[1:])

    def read(self) -> list[tuple[int, str]]:
        """What waits to be read, as (sender, text); the kernel vouches for the sender's process id."""
        heard: list[tuple[int, str]] = []
        while True:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
            except BlockingIOError:
                return heard
            heard += [(CREDENTIALS.unpack(value)[0], data.decode(errors="replace")) for _, _, value in ancillary]

    def close(self) -> None:
        self.socket.close()

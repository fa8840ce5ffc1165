"""One request by libcurl: nothing of the environment, no redirects, no decoding, and every address looked at before a
socket is opened to it (docs/downloads.md)."""

import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pycurl
from django.conf import settings

from jobs.downloads.addresses import refusal
from jobs.downloads.urls import bare
from jobs.kinds.base import JobFailure

log = logging.getLogger("jobs.downloads")

CONNECT_SECONDS = 20
BUFFER = 512 * 1024
TICK_SECONDS = 0.1
AGENT = "Warren"
ASK_ANYTHING = {"Accept": "*/*", "Accept-Encoding": "identity"}
CA_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where systems keep whom they trust; libcurl's own idea is that of the machine where it was built."""

_STATUS = re.compile(r"HTTP/[\d.]+ (\d{3})(?: (.*))?")
_CERTIFICATE = (pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE)
_NO_HTTP = (pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_FTP_WEIRD_SERVER_REPLY, pycurl.E_BAD_CONTENT_ENCODING)
_FAILURES = {
    pycurl.E_COULDNT_RESOLVE_HOST: ("host_not_found", "The name of the host could not be resolved."),
    pycurl.E_COULDNT_CONNECT: ("connection_failed", "The host could not be connected to."),
    pycurl.E_SSL_CONNECT_ERROR: ("connection_failed", "No secure connection to the host could be made."),
    pycurl.E_OPERATION_TIMEDOUT: ("too_slow", "The server took too long to answer, or sent too little."),
}
_LOST = ("connection_lost", "The connection was lost before the file was whole.")


@dataclass(kw_only=True)
class Answer:
    """What came before the body. `headers`: by names in lower case; of several with one name the last."""

    status: int
    reason: str
    headers: dict[str, str] = field(default_factory=dict)


class Transfer:
    """Asks for one URL after the other, over the same connection where that is possible.

    `on_answer(answer)` says who takes the body, none when nobody wants it; `on_tick()` is called about once a second at
    least. Both may raise: that ends the request. `resolve`: what names mean, as in curl's `--resolve`: for tests.
    """

    def __init__(
        self,
        *,
        on_answer: Callable[[Answer], Callable[[bytes], None] | None],
        on_tick: Callable[[], None],
        resolve: Sequence[str] = (),
    ) -> None:
        self._on_answer = on_answer
        self._on_tick = on_tick
        self._answer: Answer | None = None
        self._take: Callable[[bytes], None] | None = None
        self._raised: BaseException | None = None
        self._refused: str | None = None
        self._opened: list[socket.socket] = []
        self._ticked = 0.0
        self._began = self._unwanted = False
        self._resolve = resolve  # read before every request
        self._curl = _configured(pycurl.Curl())
        self._curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        self._curl.setopt(pycurl.HEADERFUNCTION, self._header)
        self._curl.setopt(pycurl.WRITEFUNCTION, self._write)
        self._curl.setopt(pycurl.XFERINFOFUNCTION, self._tick)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The answer, after its body was taken. Raises JobFailure, and what the callbacks raised. Blocks."""
        self._forget()
        lines = [f"{name}: {value}" for name, value in {**ASK_ANYTHING, **headers}.items()]
        self._curl.setopt(pycurl.RESOLVE, list(self._resolve))
        self._curl.setopt(pycurl.URL, url)
        self._curl.setopt(pycurl.HTTPHEADER, lines)
        try:
            self._curl.perform()
        except pycurl.error as error:
            self._failed(url, *error.args)
        finally:
            self._close_ours()
        if self._answer is None:
            raise JobFailure(*_LOST, retry=True)
        return self._answer

    def _forget(self) -> None:
        self._answer, self._take, self._raised, self._refused = None, None, None, None
        self._began = self._unwanted = False

    def close(self) -> None:
        self._curl.close()

    def _failed(self, url: str, code: int, text: str) -> None:
        if self._raised is not None:
            raise self._raised
        if self._unwanted:
            return
        if self._refused is not None:
            raise JobFailure("address_refused", f"{self._refused}: downloads reach public addresses only.")
        log.info("a request failed", extra={"url": bare(url), "curl": code, "reason": text})
        _raise(code)

    # ---- called by libcurl, which must not see an exception

    def _open(self, _: int, address: tuple[int, int, int, tuple[Any, ...]]) -> Any:
        family, kind, protocol, where = address
        internet = family in (socket.AF_INET, socket.AF_INET6)
        reason = refusal(where[0]) if internet else "no internet"
        if reason is not None:
            log.warning("an address was refused", extra={"address": str(where[0]), "reason": reason})
            self._refused = f"The link leads to a {reason} address"
            return pycurl.SOCKET_BAD
        self._opened.append(socket.socket(family, kind, protocol))
        return self._opened[-1]

    def _header(self, line: bytes) -> int | None:
        if self._began:
            return None  # a trailer
        text = _text(line)
        if status := _STATUS.fullmatch(text):
            self._answer = Answer(status=int(status[1]), reason=status[2] or "")
        elif self._answer is not None and text:
            name, _, value = text.partition(":")
            self._answer.headers[name.strip().lower()] = value.strip()
        elif self._answer is not None and self._answer.status >= 200:
            return self._begin(self._answer)
        return None

    def _begin(self, answer: Answer) -> int | None:
        self._began = True
        if not self._guarded(lambda: setattr(self, "_take", self._on_answer(answer))):
            return 0
        self._unwanted = self._take is None
        return None

    def _write(self, data: bytes) -> int | None:
        """For every 16 KiB: no detour through `_guarded`."""
        if self._take is None:
            return 0
        try:
            self._take(data)
        except BaseException as error:  # noqa: BLE001  as there
            self._raised = error
            return 0
        return None

    def _tick(self, *_: float) -> int:
        """libcurl calls it with every few KiB."""
        now = time.monotonic()
        if now - self._ticked < TICK_SECONDS:
            return 0
        self._ticked = now
        self._close_ours()
        return 0 if self._guarded(self._on_tick) else 1

    def _close_ours(self) -> None:
        """pycurl has duplicated what it was given: ours would keep a connection open that libcurl has closed."""
        while self._opened:
            self._opened.pop().close()

    def _guarded(self, call: Callable[[], None]) -> bool:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  raised again when libcurl has returned
            self._raised = self._raised or error
            return False
        return True


def _text(line: bytes) -> str:
    """Latin-1 by the book (RFC 9110, 5.5), but UTF-8 by the habit of many servers."""
    try:
        return line.decode().strip()
    except UnicodeDecodeError:
        return line.decode("latin-1").strip()


def _raise(code: int) -> NoReturn:
    if code in _CERTIFICATE:
        raise JobFailure("bad_certificate", "The server's certificate is not one to be trusted.")
    if code in _NO_HTTP:
        raise JobFailure("bad_answer", "What the server answered is not HTTP.")
    raise JobFailure(*_FAILURES.get(code, _LOST), retry=True)


def _configured(curl: Any) -> Any:
    for option, value in (
        (pycurl.NOSIGNAL, 1),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.PROXY, ""),  # empty: not the environment's either
        (pycurl.NETRC, pycurl.NETRC_IGNORED),
        (pycurl.HTTP_CONTENT_DECODING, 0),
        (pycurl.USERAGENT, AGENT),
        (pycurl.CONNECTTIMEOUT, CONNECT_SECONDS),
        (pycurl.LOW_SPEED_LIMIT, settings.DOWNLOAD_SLOWEST),
        (pycurl.LOW_SPEED_TIME, settings.DOWNLOAD_STALL_SECONDS),
        (pycurl.MAX_RECV_SPEED_LARGE, settings.DOWNLOAD_RATE),
        (pycurl.BUFFERSIZE, BUFFER),
        (pycurl.TCP_KEEPALIVE, 1),
        (pycurl.NOPROGRESS, 0),
    ):
        curl.setopt(option, value)
    authorities = trusted()
    if authorities is not None:
        curl.setopt(pycurl.CAINFO, authorities)
    return curl


def trusted() -> str | None:
    """The file of certificates that this system trusts, or the one that SSL_CERT_FILE names."""
    ours = ssl.get_default_verify_paths().cafile
    return next((path for path in (ours, *CA_FILES) if path and Path(path).exists()), None)

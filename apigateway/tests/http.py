"""Plain HTTP for tests: `requests` in a thread, because the gateway under test runs in the test's own loop."""

import asyncio
from typing import Any

import requests


async def http(url: str, method: str, path: str, **options: Any) -> requests.Response:
    options.setdefault("timeout", 20)
    options.setdefault("allow_redirects", False)
    return await asyncio.to_thread(requests.request, method, url + path, **options)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def raw(port: int, data: bytes, *, seconds: float = 5.0) -> bytes:
    """Everything that the server says to these bytes until it closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        async with asyncio.timeout(seconds):
            return await reader.read()
    except TimeoutError:
        return b""
    finally:
        writer.close()

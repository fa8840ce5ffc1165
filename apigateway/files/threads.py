"""File I/O of the gateway: a disk that stalls holds up these threads and not the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="files")


async def in_thread(work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: work(*args, **named))

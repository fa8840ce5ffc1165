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


class Behind:
    """Does one thing at a time in a thread, while its caller gets the next one ready."""

    def __init__(self) -> None:
        self._under_way: asyncio.Future[object] | None = None

    async def begin(self, work: Callable[P, object], *args: P.args, **named: P.kwargs) -> None:
        """Wait for the one before, and begin this one. Raises what the one before raised."""
        await self.done()
        self._under_way = asyncio.get_running_loop().run_in_executor(_threads, lambda: work(*args, **named))

    async def done(self) -> None:
        """Nothing is under way any more. Raises what the last one raised, once."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            await under_way

"""A few threads for slow handlers, and a short line in front of them: what does not fit is refused at once."""

import queue
import threading
from collections.abc import Callable

THREADS = 4
WAITING = 32


class Pool:
    """Threads that stay, each with database connections of its own. `submit` never blocks."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._limit = threads + waiting
        self._lock = threading.Lock()
        self._under_way = 0
        for number in range(threads):
            threading.Thread(target=self._serve, name=f"slow handler {number}", daemon=True).start()

    def submit(self, work: Callable[[], None]) -> bool:
        """Whether `work` will run; False when every thread is busy and the line is full. `work` must not raise."""
        with self._lock:
            if self._under_way >= self._limit:
                return False
            self._under_way += 1
        self._work.put(work)
        return True

    def _serve(self) -> None:
        while True:
            work = self._work.get()
            try:
                work()
            finally:
                with self._lock:
                    self._under_way -= 1

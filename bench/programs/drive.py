"""Callers in a loop, and what they saw: the same for everything that answers requests."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence

WARM_SECONDS = 0.5

CONVERSATION = "0b8f6c3e-5f6e-4a57-9c50-0c4c7c9f1e2a"
CLIENT_ID = "5d2c7a10-9c1f-4b9e-8a41-6f1e2b3c4d5e"
TEXT = "hello, this is a typical chat message of eighty characters or so, nothing special"


def quantile_ms(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return 1000 * ordered[int((len(ordered) - 1) * share)]


def tell(latencies: Sequence[float], took: float) -> None:
    """Print the sample: `latencies` and `took` in seconds."""
    print(
        json.dumps(
            {
                "calls/s": len(latencies) / took,
                "p50 ms": quantile_ms(latencies, 0.5),
                "p99 ms": quantile_ms(latencies, 0.99),
            }
        )
    )


async def drive(call: Callable[[], Awaitable[object]], *, in_flight: int, seconds: float) -> None:
    """Keep `in_flight` calls going, first to warm up, then for `seconds`; print the sample."""
    await _run(call, in_flight, WARM_SECONDS)
    started = time.perf_counter()
    latencies = await _run(call, in_flight, seconds)
    tell(latencies, time.perf_counter() - started)


def drive_in_rounds(rounds: Callable[[int], object], *, in_flight: int, seconds: float) -> None:
    """For clients that block: `rounds(n)` starts n calls and waits for all; each is counted with the round's time."""

    def run(duration: float) -> list[float]:
        latencies: list[float] = []
        end = time.perf_counter() + duration
        while (began := time.perf_counter()) < end:
            rounds(in_flight)
            latencies += [time.perf_counter() - began] * in_flight
        return latencies

    run(WARM_SECONDS)
    started = time.perf_counter()
    latencies = run(seconds)
    tell(latencies, time.perf_counter() - started)


async def _run(call: Callable[[], Awaitable[object]], in_flight: int, seconds: float) -> list[float]:
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        while (began := time.perf_counter()) < end:
            await call()
            latencies.append(time.perf_counter() - began)

    await asyncio.gather(*[one() for _ in range(in_flight)])
    return latencies

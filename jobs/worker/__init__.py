"""Workers: one process that talks to database and broker, and children that run jobs and can be killed (docs/jobs.md).

The children import this package too, so it loads nothing by itself.
"""

from collections.abc import Sequence


def main(*, names: Sequence[str] = (), processes: int | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code.

    `names`: queues, or kinds of jobs, which stand for their queues; without any, all. `processes`: children, by default
    one per processor. Raises SystemExit for a name that means nothing.
    """
    from jobs.worker.crew import run

    return run(names=names, processes=processes)

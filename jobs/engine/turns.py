"""Whose job is next: start-time fair queuing (Goyal, Vin, Cheng, SIGCOMM 1996), settled when a job is made.

Each owner's jobs are one step apart. A job begins where its owner's last one ended, or where the queue is by now,
whichever is later: ten thousand jobs of one owner lie behind each other, and a single one of somebody else's lies
beside the first that waits. A worker takes the lowest rank; nobody has to count what others do.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from jobs.models import Job
from jobs.models.jobs import OPEN

# Where the queue is: at the first job that waits; when none does, where all who were here have got to.
_TAKE = """
WITH here AS (
    SELECT coalesce(
        (SELECT min(rank) FROM jobs_job WHERE queue = %(queue)s AND lane = %(lane)s AND state = 'queued'),
        (SELECT max(rank) FROM jobs_turn WHERE queue = %(queue)s AND lane = %(lane)s),
        0
    ) AS rank
)
INSERT INTO jobs_turn AS turn (queue, lane, owner_id, rank)
SELECT %(queue)s, %(lane)s, %(owner_id)s, here.rank + %(count)s FROM here
ON CONFLICT (queue, lane, owner_id) DO UPDATE SET rank = greatest(turn.rank, excluded.rank - %(count)s) + %(count)s
RETURNING rank, (SELECT count(*) FROM jobs_job WHERE owner_id = %(owner_id)s AND state = ANY (%(open)s))
"""


def take_turns(jobs: Sequence[Job]) -> int:
    """Give new jobs, all of one owner, queue and lane, their ranks in this order. In the caller's transaction.

    Returns how many jobs of the owner were not over before.
    """
    first = jobs[0]
    values: dict[str, Any] = {
        "queue": first.queue,
        "lane": first.lane,
        "owner_id": first.owner_id,
        "count": len(jobs),
        "open": OPEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        end, open_before = cursor.fetchone()
    for nth, job in enumerate(jobs):
        job.rank = end - len(jobs) + nth
    return int(open_before)

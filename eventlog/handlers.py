"""What the log answers. Ranges are for gateways, which need every event; people and programs get their own only."""

from bus.envelope import Call
from bus.service import Service
from contracts.errors import NotAuthenticated
from contracts.log import Head, LogHead, LogPage, LogRange, LogRangeRead, LogRead
from eventlog import selectors

service = Service("log")


@service.rpc
def log_head(request: LogHead, call: Call) -> Head:  # noqa: ARG001  nothing is asked
    return selectors.head()


@service.rpc
def log_read(request: LogRead, call: Call) -> LogPage:
    if call.actor is None:
        raise NotAuthenticated
    return selectors.read(
        user_id=call.actor.user_id,
        hearings=request.hearings,
        after=request.after,
        since=request.since,
        limit=request.limit,
    )


@service.rpc
def log_range(request: LogRangeRead, call: Call) -> LogRange:  # noqa: ARG001  the bus lets gateways only ask
    return selectors.read_range(after=request.after, upto=request.upto, limit=request.limit)

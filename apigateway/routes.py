"""The one table of what the outside may ask: a line gives a REST path, a WebSocket op and their documentation.

Names in a path are fields of the contract; GET and DELETE take the other fields from the query, the rest from a JSON
body. See docs/howto/add-an-operation.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, get_args

from contracts.base import Request
from contracts.dataset import (
    DatasetCount,
    DatasetDelete,
    DatasetGet,
    DatasetList,
    DatasetRejects,
    DatasetRename,
    DatasetRows,
    DatasetStats,
    DatasetUndo,
    ImportGet,
    ImportRejects,
)
from contracts.download import TaskCreate
from contracts.file import FileDelete, FileGet, FileList
from contracts.gateway import Bootstrap, EventsRead, Login, LoginReply, Logout, Refresh, Register, Task
from contracts.job import (
    BatchCancel,
    BatchGet,
    BatchPause,
    BatchResume,
    BatchRetry,
    DeadList,
    DeadReplay,
    JobBatch,
    JobCancel,
    JobCreate,
    JobDelete,
    JobGet,
    JobList,
    JobPause,
    JobReplay,
    JobResume,
    JobRetry,
    JobSearch,
    QueueList,
    QueueSetPaused,
    WorkerList,
)
from contracts.log import LogRead
from contracts.message import (
    ConversationCreate,
    ConversationGet,
    ConversationList,
    ConversationRead,
    ConversationUpdate,
    MemberAdd,
    MemberList,
    MemberRemove,
    MessageList,
    MessageSend,
)
from contracts.user import (
    SessionEnd,
    SessionEndAll,
    SessionListOwn,
    SessionRefresh,
    SessionRevoke,
    UserChangePassword,
    UserEndSessions,
    UserGet,
    UserList,
    UserLogin,
    UserMe,
    UserRegister,
    UserSearch,
    UserSetActive,
    UserUpdate,
)

PREFIX = "/api/v1"


class Auth(StrEnum):
    """Who may ask."""

    PUBLIC = "public"
    LOGIN = "login"
    """Anybody, but only so many times a minute from one address."""
    USER = "user"
    STAFF = "staff"


class Cookie(StrEnum):
    """What an operation does with the refresh cookie."""

    SETS = "sets"
    USES = "uses"
    CLEARS = "clears"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One line. `takes`, `gives`: what the client sends and gets where that differs from the contract's own shapes.

    `fixed`: fields that the path itself says. `repeated`: field and value of the reply that mean "was there before"
    (200 in place of 201). `local`: name of the function in `apigateway/local.py` that answers, none: the bus.
    """

    method: str
    path: str
    request: type[Request[Any]]
    takes: type
    gives: type
    auth: Auth = Auth.USER
    status: int = 200
    ws: bool = True
    fixed: Mapping[str, Any] = field(default_factory=dict)
    repeated: tuple[str, bool] | None = None
    cookie: Cookie | None = None
    local: str | None = None

    @property
    def name(self) -> str:
        """The operation's name, which is the WebSocket op as well."""
        operation = getattr(self.request, "operation", None)
        return operation.name if operation else self.request.__name__.lower()

    @property
    def full_path(self) -> str:
        return PREFIX + self.path


def route(
    method: str,
    path: str,
    request: type[Request[Any]],
    *,
    takes: type | None = None,
    gives: type | None = None,
    **rest: Any,
) -> Route:
    return Route(
        method=method, path=path, request=request, takes=takes or request, gives=gives or reply_of(request), **rest
    )


def reply_of(request: type) -> type:
    """The `Reply` of `class SomeRequest(Request[Reply])`."""
    for base in getattr(request, "__orig_bases__", ()):
        if getattr(base, "__origin__", None) is Request:
            reply: type = get_args(base)[0]
            return reply
    raise TypeError(f"{request.__name__} should derive from Request[Reply].")


get: Callable[..., Route] = partial(route, "GET")
post: Callable[..., Route] = partial(route, "POST")
put: Callable[..., Route] = partial(route, "PUT")
patch: Callable[..., Route] = partial(route, "PATCH")
delete: Callable[..., Route] = partial(route, "DELETE", status=204)
public: Mapping[str, Any] = {"auth": Auth.PUBLIC, "ws": False}
login: Mapping[str, Any] = {"auth": Auth.LOGIN, "ws": False, "gives": LoginReply, "cookie": Cookie.SETS}
staff: Mapping[str, Any] = {"auth": Auth.STAFF, "ws": False}

ROUTES: tuple[Route, ...] = (
    post("/auth/register", UserRegister, takes=Register, status=201, **login),
    post("/auth/login", UserLogin, takes=Login, **login),
    post("/auth/refresh", SessionRefresh, takes=Refresh, gives=LoginReply, cookie=Cookie.USES, **public),
    post("/auth/logout", SessionEnd, takes=Logout, status=204, cookie=Cookie.CLEARS, **public),
    post("/auth/logout-everywhere", SessionEndAll, status=204, ws=False),
    get("/users/me", UserMe),
    patch("/users/me", UserUpdate),
    post("/users/me/password", UserChangePassword, status=204),
    get("/users", UserList),
    get("/users/{user_id}", UserGet),
    get("/sessions", SessionListOwn),
    delete("/sessions/{session_id}", SessionRevoke),
    get("/conversations", ConversationList),
    post("/conversations", ConversationCreate, status=201, repeated=("created", False)),
    get("/conversations/{conversation_id}", ConversationGet),
    patch("/conversations/{conversation_id}", ConversationUpdate),
    put("/conversations/{conversation_id}/read", ConversationRead),
    get("/conversations/{conversation_id}/members", MemberList),
    post("/conversations/{conversation_id}/members", MemberAdd),
    delete("/conversations/{conversation_id}/members/{user_id}", MemberRemove),
    get("/conversations/{conversation_id}/messages", MessageList),
    post("/conversations/{conversation_id}/messages", MessageSend, status=201, repeated=("duplicate", True)),
    get("/files", FileList),
    get("/files/{file_id}", FileGet),
    delete("/files/{file_id}", FileDelete),
    get("/jobs", JobList),
    post("/jobs", JobCreate, status=202, repeated=("duplicate", True)),
    post("/jobs/batch", JobBatch, status=202, repeated=("duplicate", True)),
    get("/jobs/{job_id}", JobGet),
    post("/jobs/{job_id}/cancel", JobCancel),
    post("/jobs/{job_id}/retry", JobRetry),
    post("/jobs/{job_id}/pause", JobPause),
    post("/jobs/{job_id}/resume", JobResume),
    post("/jobs/{job_id}/replay", JobReplay, status=202, repeated=("duplicate", True)),
    delete("/jobs/{job_id}", JobDelete),
    get("/batches/{batch_id}", BatchGet),
    post("/batches/{batch_id}/cancel", BatchCancel),
    post("/batches/{batch_id}/retry", BatchRetry),
    post("/batches/{batch_id}/pause", BatchPause),
    post("/batches/{batch_id}/resume", BatchResume),
    post("/tasks", TaskCreate, takes=Task, status=202, repeated=("duplicate", True)),
    get("/datasets", DatasetList),
    get("/datasets/{dataset_id}", DatasetGet),
    patch("/datasets/{dataset_id}", DatasetRename),
    delete("/datasets/{dataset_id}", DatasetDelete),
    get("/datasets/{dataset_id}/rows", DatasetRows),
    get("/datasets/{dataset_id}/count", DatasetCount),
    get("/datasets/{dataset_id}/stats", DatasetStats),
    get("/datasets/{dataset_id}/rejects", DatasetRejects),
    post("/datasets/{dataset_id}/imports/{import_id}/undo", DatasetUndo),
    get("/imports/{import_id}", ImportGet),
    get("/imports/{import_id}/rejects", ImportRejects),
    get("/events", LogRead, takes=EventsRead, local="events"),
    get("/bootstrap", Bootstrap, local="bootstrap"),
    get("/admin/users", UserSearch, **staff),
    post("/admin/users/{user_id}/disable", UserSetActive, fixed={"active": False}, **staff),
    post("/admin/users/{user_id}/enable", UserSetActive, fixed={"active": True}, **staff),
    post("/admin/users/{user_id}/end-sessions", UserEndSessions, status=204, **staff),
    get("/admin/jobs", JobSearch, **staff),
    get("/admin/dead-letters", DeadList, **staff),
    post("/admin/dead-letters/replay", DeadReplay, **staff),
    get("/admin/queues", QueueList, **staff),
    post("/admin/queues/{name}/pause", QueueSetPaused, fixed={"paused": True}, status=204, **staff),
    post("/admin/queues/{name}/resume", QueueSetPaused, fixed={"paused": False}, status=204, **staff),
    get("/admin/workers", WorkerList, **staff),
)

OPS: Mapping[str, Route] = {line.name: line for line in ROUTES if line.ws}
"""WebSocket op → its line."""

"""WebSocket servers without Warren, on the same uvicorn with the same options, for rows 6 to 8.

`python -m bench.programs.asgi_sockets APPLICATION PORT`, where APPLICATION is one of
- `loop`: no framework; a frame "bN t=..." is answered with N events to every socket (limit of row 6);
- `accept`: no framework, accepts and waits (limit of row 8);
- `channels`: a Channels consumer that accepts and waits (limit of row 7);
- `memory`, `core`, `pubsub`: a Channels group over the in-memory layer or one of channels_redis (peers of row 6).
"""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from django.conf import settings

Send = Callable[[dict[str, Any]], Awaitable[None]]
LAYERS = {
    "memory": ("channels.layers.InMemoryChannelLayer", {"capacity": 100_000}),
    "core": ("channels_redis.core.RedisChannelLayer", {"capacity": 100_000}),
    "pubsub": ("channels_redis.pubsub.RedisPubSubChannelLayer", {}),
}
GROUP = "everybody"
sockets: set[Send] = set()


def event(stamp: str) -> str:
    """As long as one of Warren's `message.sent` with the same text."""
    ids = dict.fromkeys(("id", "conversation", "sender", "client"), "0b8f6c3e-5f6e-4a57-9c50-0c4c7c9f1e2a")
    text = f"{stamp} a chat message of about eighty characters, the kind that people write all day"
    data = {**ids, "seq": 1234, "text": text, "data": None, "reply_to": None, "created_at": "2026-01-01T00:00:00.123Z"}
    return json.dumps({"type": "message.sent", "number": 123456, "at": "2026-01-01T00:00:00.123456Z", "data": data})


def parse(trigger: str) -> tuple[int, str]:
    burst, stamp = trigger.split(" ")
    return int(burst[1:]), stamp


async def loop(_: Any, receive: Any, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    sockets.add(send)
    try:
        while (message := await receive())["type"] != "websocket.disconnect":
            burst, stamp = parse(message["text"])
            for _ in range(burst):
                frame = {"type": "websocket.send", "text": event(stamp)}
                for other in list(sockets):
                    await other(frame)
    finally:
        sockets.discard(send)


async def accept(_: Any, receive: Any, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def with_channels(kind: str) -> Any:
    settings.configure(INSTALLED_APPS=["channels"], CHANNEL_LAYERS=layers(kind), LOGGING_CONFIG=None)
    import django

    django.setup()
    from channels.generic.websocket import AsyncWebsocketConsumer

    class Idle(AsyncWebsocketConsumer):
        channel_layer_alias = None

    class Member(AsyncWebsocketConsumer):
        async def connect(self) -> None:
            await self.channel_layer.group_add(GROUP, self.channel_name)
            await self.accept()

        async def disconnect(self, _: int) -> None:
            await self.channel_layer.group_discard(GROUP, self.channel_name)

        async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:  # noqa: ARG002
            burst, stamp = parse(text_data)
            for _ in range(burst):
                await self.channel_layer.group_send(GROUP, {"type": "tell", "text": event(stamp)})

        async def tell(self, message: dict[str, str]) -> None:
            await self.send(text_data=message["text"])

    return (Idle if kind == "channels" else Member).as_asgi()


def layers(kind: str) -> dict[str, Any]:
    if kind not in LAYERS:
        return {}
    backend, options = LAYERS[kind]
    hosts = {} if kind == "memory" else {"hosts": [os.environ["BENCH_REDIS_URL"]]}
    return {"default": {"BACKEND": backend, "CONFIG": {**options, **hosts}}}


def main(kind: str, port: int) -> None:
    bare = {"loop": loop, "accept": accept}
    uvicorn.run(
        bare.get(kind) or with_channels(kind),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        backlog=4096,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

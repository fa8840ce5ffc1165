"""Weeks of conversation from the scenes in `scenes.toml`: the same on every machine but for the day it ends on."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from config.demo.people import PEOPLE, Room
from messageservice.seeding import SeedConversation, SeedMessage

SPAN = timedelta(weeks=8)
_LINE = re.compile(r"(?P<speaker>[a-z]) (?:>(?P<reply>\d+) )?(?P<text>.+)")
_CHOICE = re.compile(r"\(([^()|]+(?:\|[^()|]+)+)\)")
_BEGINNING = re.compile(r"(?:^|(?<=[.?!] ))[a-z]")
_SLOT = re.compile(r"\{([a-z]+)(\d?)\}")
_HOURS = [8, 9, 9, 10, 10, 10, 11, 11, 12, 12, 13, 14, 14, 15, 15, 16, 16, 17, 18, 20, 21]
"""Of the day, as often as people talk in them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """`speaker`: a number within the scene. `reply_to`: the line before, counted from 0, that it answers."""

    speaker: int
    text: str
    reply_to: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    once: bool
    lines: tuple[Line, ...]

    @property
    def speakers(self) -> int:
        return 1 + max(line.speaker for line in self.lines)


def conversation(room: Room, *, present: set[str], now: datetime) -> SeedConversation | None:
    """What a room's people said until `now`; none when fewer than two of them are `present`."""
    members = [person for person in PEOPLE if person.username in present and person.username in room.members]
    members.sort(key=lambda person: room.members.index(person.username))
    if len(members) < 2 or (room.title is None and len(members) < len(room.members)):
        return None
    talk = _Talk(room, [person.username for person in members], now=now)
    talk.run()
    ids = {person.username: person.id for person in members}
    return SeedConversation(
        client_id=room.client_id,
        title=room.title,
        member_ids=list(ids.values()),
        created_at=talk.began,
        messages=[
            SeedMessage(sender_id=ids[who], text=text, at=at, reply_to=reply) for who, text, at, reply in talk.said
        ],
        unread=talk.unread(ids),
    )


class _Talk:
    """One room's weeks; `said`: who, what, when, and the index that it answers."""

    def __init__(self, room: Room, members: list[str], *, now: datetime) -> None:
        self.room = room
        self.members = members
        self.random = Random(str(room.client_id))  # noqa: S311  nothing secret
        self.end = now - timedelta(hours=room.quiet)
        self.now = now - timedelta(seconds=40)
        self.began = now - SPAN - timedelta(hours=1)
        self.said: list[tuple[str, str, datetime, int | None]] = []

    def run(self) -> None:
        scenes = self._choose()
        starts = self._starts(len(scenes))
        for number, (scene, start) in enumerate(zip(scenes, starts, strict=True)):
            last = number == len(scenes) - 1
            self._play(scene, start, without=self.room.unread if last and self.room.title else ())
        if self.room.unread and not self.room.title:
            self._nudge(of=self.room.unread[0])

    def unread(self, ids: dict[str, UUID]) -> dict[UUID, int]:
        """How many messages at the end each has not seen: never one before his own last."""
        counts = {}
        for who in self.members:
            speakers = [one[0] for one in self.said]
            behind = next((n for n, one in enumerate(reversed(speakers)) if one == who), len(speakers))
            if who in self.room.unread:
                counts[ids[who]] = min(behind, self.random.randint(2, 14) if self.room.title else 2)
            elif self.random.random() < 0.3:
                counts[ids[who]] = min(behind, self.random.randint(0, 6))
        return counts

    def _choose(self) -> list[Scene]:
        """Those that happen once, strewn among the others, which come again and again in some order."""
        usable = [scene for scene in scenes_of(self.room.kind) if scene.speakers <= len(self.members)]
        single = [scene for scene in usable if scene.once]
        routine = [scene for scene in usable if not scene.once]
        chosen = self.random.sample(single, min(len(single), self.room.scenes // 2))
        while len(chosen) < self.room.scenes:
            chosen += self.random.sample(routine, min(len(routine), self.room.scenes - len(chosen)))
        return self.random.sample(chosen, len(chosen))

    def _starts(self, count: int) -> list[datetime]:
        """Times of day at which people talk, seldom on weekends; the last one shortly before the end."""
        starts: list[datetime] = []
        while len(starts) < count - 1:
            start = self._moment()
            if self.began < start < self.end:
                starts.append(start)
        return [*sorted(starts), self.end]

    def _moment(self) -> datetime:
        days = [self.began + timedelta(days=n) for n in range(SPAN.days + 1)]
        (day,) = self.random.choices(days, [1 if day.weekday() < 5 else 0.08 for day in days])
        return day.replace(hour=self.random.choice(_HOURS), minute=self.random.randrange(60), second=0)

    def _play(self, scene: Scene, start: datetime, *, without: tuple[str, ...]) -> None:
        able = [who for who in self.members if who not in without]
        people = self.random.sample(able if len(able) >= scene.speakers else self.members, scene.speakers)
        words = _Words(self.random, without=people)
        first = len(self.said)
        at = max(start, self.said[-1][2] + timedelta(minutes=4)) if self.said else start
        for line in scene.lines:
            at += timedelta(seconds=min(1500.0, 6 + self.random.lognormvariate(3.9, 1.0)))
            if at > self.now:
                break
            reply = None if line.reply_to is None else first + line.reply_to
            self.said.append((people[line.speaker], words.fill(line.text), at, reply))

    def _nudge(self, *, of: str) -> None:
        """The other one waits for an answer."""
        other = next(who for who in self.members if who != of)
        for text in self.random.sample(_script()["nudges"], 2):
            at = min(self.now, self.said[-1][2] + timedelta(seconds=self.random.randint(30, 200)))
            self.said.append((other, text, at, None))


class _Words:
    """The draws of one scene."""

    def __init__(self, random: Random, *, without: list[str]) -> None:
        self._random = random
        self._drawn: dict[str, str] = {}
        self._absent = {person.first_name for person in PEOPLE if person.username in without}

    def fill(self, text: str) -> str:
        chosen = _CHOICE.sub(lambda choice: self._random.choice(choice[1].split("|")), text)
        filled = _SLOT.sub(lambda slot: self._word(slot[1], slot[2]), chosen).replace("\\n", "\n")
        return _BEGINNING.sub(lambda letter: letter[0].upper(), filled)

    def _word(self, name: str, number: str) -> str:
        if name + number not in self._drawn:
            taken = {*self._drawn.values(), *self._absent}
            self._drawn[name + number] = self._random.choice(
                [word for word in _script()["words"][name] if word not in taken]
            )
        return self._drawn[name + number]


@cache
def scenes_of(kind: str) -> list[Scene]:
    return [
        Scene(once=scene.get("once", False), lines=tuple(_lines(scene["lines"])))
        for scene in _script()["scene"]
        if scene["in"] == kind
    ]


def _lines(text: str) -> Iterator[Line]:
    for line in text.strip().splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"No line of a scene: {line!r}")
        reply_to = int(found["reply"]) - 1 if found["reply"] else None
        yield Line(speaker=ord(found["speaker"]) - ord("a"), text=found["text"], reply_to=reply_to)


@cache
def _script() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "scenes.toml").read_text(encoding="utf-8"))

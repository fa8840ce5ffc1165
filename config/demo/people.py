"""Who is in the demo workspace, and who talks to whom."""

from dataclasses import dataclass
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1f9a0e-3d0b-4c53-9b0e-2a7f0c6c1d55")
"""Ids of the demo's people and conversations follow from their names, so that a second run knows them again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """`rank`: how soon he joined, 0 first."""

    username: str
    display_name: str
    rank: int
    superuser: bool = False

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE, f"user/{self.username}")

    @property
    def first_name(self) -> str:
        return self.display_name.partition(" ")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A conversation; without a title a direct one. `scenes`: how many. `unread`: who has not seen the end of it.

    The first member made it. `quiet`: hours since somebody spoke last.
    """

    kind: str
    members: tuple[str, ...]
    scenes: int
    title: str | None = None
    unread: tuple[str, ...] = ()
    quiet: float = 1.0

    @property
    def client_id(self) -> UUID:
        return uuid5(NAMESPACE, f"conversation/{self.title or '+'.join(self.members)}")


_NAMES = {
    "ada": "Ada Okafor",
    "grace": "Grace Lindqvist",
    "linus": "Linus Moreau",
    "mei": "Mei Tanaka",
    "omar": "Omar Haddad",
    "ines": "Inês Carvalho",
    "kofi": "Kofi Asante",
    "noor": "Noor de Wit",
    "tomas": "Tomáš Hruška",
    "zoe": "Zoë Lambert",
    "priya": "Priya Raman",
    "yusuf": "Yusuf Demir",
}
PEOPLE = [
    Person(username=username, display_name=shown, rank=rank, superuser=username == "ada")
    for rank, (username, shown) in enumerate(_NAMES.items())
]
_ALL = tuple(_NAMES)

GROUPS = [
    Room(kind="general", title="Everybody", members=_ALL, scenes=67, unread=("ada", "linus", "zoe"), quiet=0.4),
    Room(kind="scanning", title="Scanning room", members=("grace", "ada", "mei", "kofi", "noor", "yusuf"), scenes=101,
         unread=("ada", "kofi"), quiet=0.2),
    Room(kind="scanning", title="Glass plates", members=("noor", "grace", "tomas", "priya"), scenes=59, quiet=7),
    Room(kind="website", title="Website", members=("linus", "ada", "zoe", "omar", "priya"), scenes=83,
         unread=("omar", "grace"), quiet=1.1),
    Room(kind="imports", title="Catalog imports", members=("omar", "ada", "ines", "tomas", "linus"), scenes=75,
         unread=("ines",), quiet=2.5),
    Room(kind="exhibition", title="Spring exhibition", members=("ines", "ada", "grace", "noor", "kofi", "zoe"),
         scenes=49, unread=("ada", "noor"), quiet=0.8),
    Room(kind="lunch", title="Lunch", members=_ALL, scenes=72, unread=("mei", "yusuf"), quiet=3),
    Room(kind="night", title="Servers and alarms", members=("linus", "omar", "tomas", "ada"), scenes=78, quiet=9),
]  # fmt: skip

DIRECTS = [
    Room(kind="direct", members=("grace", "ada"), scenes=31, unread=("ada",), quiet=0.1),
    Room(kind="direct", members=("ada", "linus"), scenes=28, quiet=1.5),
    Room(kind="direct", members=("mei", "ada"), scenes=21, unread=("ada",), quiet=4),
    Room(kind="direct", members=("ada", "omar"), scenes=25, quiet=22),
    Room(kind="direct", members=("ada", "ines"), scenes=18, quiet=50),
    Room(kind="direct", members=("kofi", "ada"), scenes=13, quiet=96),
    Room(kind="direct", members=("ada", "zoe"), scenes=12, quiet=200),
    Room(kind="direct", members=("linus", "grace"), scenes=27, unread=("grace",), quiet=0.6),
    Room(kind="direct", members=("grace", "noor"), scenes=25, quiet=5),
    Room(kind="direct", members=("grace", "yusuf"), scenes=16, quiet=30),
    Room(kind="direct", members=("linus", "omar"), scenes=28, unread=("linus",), quiet=2),
    Room(kind="direct", members=("priya", "linus"), scenes=18, quiet=18),
    Room(kind="direct", members=("mei", "kofi"), scenes=22, quiet=3),
    Room(kind="direct", members=("omar", "tomas"), scenes=21, unread=("tomas",), quiet=6),
    Room(kind="direct", members=("noor", "priya"), scenes=16, quiet=44),
    Room(kind="direct", members=("yusuf", "tomas"), scenes=12, quiet=70),
    Room(kind="french", members=("zoe", "ines"), scenes=33, unread=("zoe",), quiet=1.2),
]
ROOMS = [*GROUPS, *DIRECTS]

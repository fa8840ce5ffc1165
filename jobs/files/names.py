"""What a file may be called (docs/files.md, "Names"). A name is for people; no path is ever made of it."""

import unicodedata

from contracts.file import MAX_NAME

NAMELESS = "file"
_ODD = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that nobody sees: controls, those that turn the direction of writing, line ends, ..."""
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width joiner and non-joiner: in the names of some scripts, and in emoji, they belong to the word."""
_LONGEST_SUFFIX = 20


def clean_name(name: str) -> str:
    """The last part of what a client says, in NFC, without what cannot be seen, 255 characters at most.

    A long name loses its middle and keeps its suffix. Nothing that is left: `file`.
    """
    name = "".join(c for c in name if c in _JOINERS or unicodedata.category(c) not in _ODD)
    name = unicodedata.normalize("NFC", name)
    last = name.replace("\\", "/").rstrip("/ .").rpartition("/")[2]
    return _cut(" ".join(last.split()).lstrip(". ")) or NAMELESS


def _cut(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _LONGEST_SUFFIX:
        return name[:MAX_NAME]
    return stem[: MAX_NAME - len(suffix) - 1] + dot + suffix

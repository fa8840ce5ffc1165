"""What people are called, and the forms in which names are compared and searched (docs/tokens.md)."""

import re
import unicodedata

from contracts.errors import InvalidRequest

USERNAME_FORM = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z"
"""The contract's form, whose `$` lets a line end follow."""
_SPACE = re.compile(r"\s+")
_REFUSED = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
"""Unicode categories that a display name must not hold: controls, invisible and direction-changing characters."""
_JOINERS = "\u200c\u200d"
"""Format characters that some scripts and emoji need within a word."""


def username_check(username: str) -> None:
    """Raises InvalidRequest for what is no user name."""
    if not 2 <= len(username) <= 32 or not re.match(USERNAME_FORM, username):
        raise InvalidRequest("A user name has 2 to 32 letters, digits, dots, dashes and underscores.", field="username")


def username_key(username: str) -> str:
    """The form that is unique: two user names with one key are the same name."""
    return unicodedata.normalize("NFKC", username).casefold()


def search_key(text: str) -> str:
    """The form that is searched: without case, accents, or the difference between compatible characters."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    marks_removed = "".join(c for c in plain if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", marks_removed).replace("\0", "")


def display_name_clean(text: str) -> str:
    """NFC, single spaces, none at the ends. Raises InvalidRequest for controls and where nothing visible is left."""
    name = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if any(unicodedata.category(c) in _REFUSED and c not in _JOINERS for c in name):
        raise InvalidRequest("A display name cannot hold control characters.", field="display_name")
    if not name.strip(_JOINERS + " ") or len(name) > 64:
        raise InvalidRequest("A display name has 1 to 64 characters.", field="display_name")
    return name


def device_clean(text: str) -> str:
    """A client's own description, printable and at most 200 characters."""
    return "".join(c for c in _SPACE.sub(" ", text) if c.isprintable()).strip()[:200]

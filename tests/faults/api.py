"""Setting the stage over REST: accounts and conversations, as any program would make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import requests

PASSWORD = "correct horse battery staple 7"  # of accounts that live as long as a test


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    user_id: UUID
    username: str
    token: str


def register(base: str, username: str) -> Account:
    answer = requests.post(
        f"{base}/api/v1/auth/register", json={"username": username, "password": PASSWORD}, timeout=30
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return Account(user_id=UUID(body["user"]["id"]), username=username, token=body["access_token"])


def create_group(base: str, owner: Account, title: str, members: Sequence[Account]) -> UUID:
    answer = requests.post(
        f"{base}/api/v1/conversations",
        headers={"Authorization": f"Bearer {owner.token}"},
        json={
            "kind": "group",
            "title": title,
            "member_ids": [str(member.user_id) for member in members],
            "client_id": str(uuid4()),
        },
        timeout=30,
    )
    assert answer.status_code in {200, 201}, answer.text
    return UUID(answer.json()["conversation"]["id"])

"""Makes users with access tokens, and conversations of them, straight in the tables; prints their ids as JSON.

`python -m bench.programs.seed` with the environment of a service; reads what to make from its input, as in
`{"users": 3, "conversations": [[0, 1], [1, 2]]}`.
Registering 5,000 people would take argon2id as long as all measurements together.
"""

import json
import secrets
import sys
from typing import Any
from uuid import uuid4

import django

CHUNK = 1000


def make_users(count: int) -> list[dict[str, str]]:
    from contracts.ids import uuid7
    from userservice import names
    from userservice.models import Session, User
    from userservice.tokens import access_token

    users = [User(username=f"bench-{secrets.token_hex(8)}", display_name="Bench") for _ in range(count)]
    for user in users:  # what `User.save` does, which `bulk_create` does not call
        user.username_key = names.username_key(user.username)
        user.search_key = names.search_key(user.username)
    User.objects.bulk_create(users, batch_size=CHUNK)
    return [{"id": str(user.id), "token": access_token(user=user, session=Session(id=uuid7()))} for user in users]


def make_conversations(members: list[list[int]], users: list[dict[str, str]]) -> list[str]:
    from contracts.message import ConversationKind, Role
    from messageservice.models import Conversation, Member

    conversations = [
        Conversation(
            kind=ConversationKind.GROUP.value,
            title=f"Bench {number}",
            member_count=len(indexes),
            created_by=users[indexes[0]]["id"],
            client_id=uuid4(),
        )
        for number, indexes in enumerate(members)
    ]
    Conversation.objects.bulk_create(conversations, batch_size=CHUNK)
    rows = [
        Member(conversation=conversation, user_id=users[index]["id"], role=Role.MEMBER.value)
        for conversation, indexes in zip(conversations, members, strict=True)
        for index in indexes
    ]
    Member.objects.bulk_create(rows, batch_size=CHUNK)
    return [str(conversation.id) for conversation in conversations]


def main(wanted: dict[str, Any]) -> None:
    django.setup()
    from django.db import connection

    users = make_users(wanted["users"])
    conversations = make_conversations(wanted["conversations"], users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"users": users, "conversations": conversations}))


if __name__ == "__main__":
    main(json.load(sys.stdin))

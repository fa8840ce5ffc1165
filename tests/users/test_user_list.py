from uuid import uuid4

import pytest
from django.db import connection

from contracts.errors import InvalidRequest
from contracts.user import UserList, UserUpdate
from userservice import services
from userservice.models import User


@pytest.fixture
def people(register):
    return {
        name: register(name, display_name=shown)
        for name, shown in [
            ("ada", "Ada Lovelace"),
            ("Grace", "Grâce Hopper"),
            ("linus_t", "Linus"),
            ("zoe", "Ζωή 100%"),
            ("bot.one", "Straße \\ bot"),
        ]
    }


@pytest.fixture
def find(ask, people):
    def search(q="", **rest):
        return [user.username for user in ask(UserList(q=q, **rest), by=people["ada"]).users]

    return search


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ["ada", "bot.one", "Grace", "linus_t", "zoe"]),
        ("AD", ["ada"]),
        ("love", ["ada"]),
        ("grace h", ["Grace"]),
        ("GRÂCE", ["Grace"]),
        ("strasse", ["bot.one"]),
        ("ζωη", ["zoe"]),
        ("o", ["ada", "bot.one", "Grace", "zoe"]),
        ("%", ["zoe"]),
        ("_", ["linus_t"]),
        ("\\", ["bot.one"]),
        ("nobody", []),
        ("a\x00da", ["ada"]),
        ("' OR 1=1 --", []),
    ],
)
def test_people_are_found_by_what_their_names_contain(find, q, found):
    assert find(q) == found


def test_disabled_accounts_are_not_found_but_named_when_asked_for(find, people, ask):
    gone = people["Grace"].user.id
    services.user_set_active(user_id=gone, active=False)
    assert "Grace" not in find()
    assert find(ids=[gone, people["zoe"].user.id, uuid4()]) == ["Grace", "zoe"]
    assert find(ids=[]) == []


def test_a_list_goes_on_where_its_cursor_says_though_people_come_and_go(find, people, ask, register):
    first = ask(UserList(limit=2), by=people["ada"])
    assert [user.username for user in first.users] == ["ada", "bot.one"]
    register("aaa")
    services.user_set_active(user_id=people["bot.one"].user.id, active=False)
    second = ask(UserList(limit=2, cursor=first.next), by=people["ada"])
    third = ask(UserList(limit=2, cursor=second.next), by=people["ada"])
    assert [user.username for user in second.users + third.users] == ["Grace", "linus_t", "zoe"]
    assert third.next is None


@pytest.mark.parametrize(
    "cursor", ["x", "bm9uc2Vuc2U", "WzFd", "WyJ1MSIsMV0", "W1tbW1tbW1s", "ä", "WyJ1MSIsIlx1MDAwMCJd"]
)
def test_a_made_up_cursor_is_refused(find, cursor):
    with pytest.raises(InvalidRequest) as refused:
        find(cursor=cursor)
    assert refused.value.data["field"] == "cursor"


def test_searching_uses_the_index_where_the_server_has_trigrams(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            pytest.skip("this PostgreSQL comes without pg_trgm")
        cursor.execute("SET enable_seqscan = off")
        try:
            plan = User.objects.filter(search_key__contains="lovelace").order_by().explain()
        finally:
            cursor.execute("RESET enable_seqscan")
    assert "userservice_user_search" in plan


def test_a_new_display_name_is_found_and_told(people, find, ask, recorded):
    changed = ask(UserUpdate(display_name="Countess"), by=people["ada"])
    assert (changed.display_name, changed.rev) == ("Countess", 2)
    assert find("countess") == ["ada"]
    assert find("lovelace") == []
    ((_, key, body),) = recorded("user.updated")
    assert (key, body["user"]["rev"]) == ("all", 2)


def test_a_repeated_update_changes_and_tells_nothing(people, ask, recorded):
    for _ in range(2):
        assert ask(UserUpdate(display_name="Countess"), by=people["ada"]).rev == 2
    assert len(recorded("user.updated")) == 1


def test_updates_at_once_are_all_counted(people, at_once, recorded):
    user_id = people["ada"].user.id
    at_once(*(lambda n=n: services.user_update(user_id=user_id, display_name=f"Ada {n}") for n in range(6)))
    assert [body["user"]["rev"] for _, _, body in recorded("user.updated")] == [2, 3, 4, 5, 6, 7]

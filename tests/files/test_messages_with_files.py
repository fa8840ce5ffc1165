"""A message brings files; whoever may see the message may read them."""

import time
from uuid import UUID, uuid4

import pytest
from django.db.transaction import atomic

from apigateway.tests.world import Frames
from contracts.errors import InvalidRequest
from contracts.file import FileCheck
from contracts.message import (
    ConversationCreate,
    ConversationKind,
    MemberAdd,
    MemberRemove,
    MessageFilesPosted,
    MessageSend,
)
from jobs.files import services
from jobs.handlers import files as handlers
from jobs.models import File, FileShare
from messageservice.models import Attachment, Message


@pytest.fixture
def talk(ask):
    """A group of these people."""

    def make(*people):
        others = [person.id for person in people[1:]]
        request = ConversationCreate(
            kind=ConversationKind.GROUP, member_ids=others or [people[0].id], client_id=uuid4()
        )
        return ask(request, by=people[0].id).conversation.id

    return make


def send(person, conversation, *files, **body):
    body = {"client_id": str(uuid4()), "file_ids": [file["id"] for file in files], **body}
    return person.call("POST", f"/conversations/{conversation}/messages", json=body)


def status(person, file):
    answers = {
        person.call("GET", f"/files/{file['id']}").status_code,
        person.call("GET", f"/files/{file['id']}/content").status_code,
        200 if person.call("GET", "/files", params={"ids": file["id"]}).json()["files"] else 404,
    }
    (only,) = answers
    return only


def test_members_may_read_what_was_sent_to_them_and_nobody_else(ada, bob, eve, talk, recorded):
    conversation, file = talk(ada, bob), ada.upload(b"a picture")
    assert status(bob, file) == 404
    answer = send(ada, conversation, file, text="look")
    assert answer.status_code == 201, answer.text
    message = answer.json()["message"]
    assert message["file_ids"] == [file["id"]]
    ((_, key, event),) = recorded("message.sent")
    assert (event["file_ids"], event["text"]) == ([file["id"]], "look")
    assert key == f"c.{conversation.hex}.1"
    assert bob.call("GET", f"/conversations/{conversation}/messages").json()["messages"] == [message]
    last = bob.call("GET", "/conversations").json()["conversations"][0]["last_message"]
    assert last == message
    assert [status(person, file) for person in (ada, bob, eve)] == [200, 200, 404]


def test_who_joined_later_or_has_left_may_not(ada, bob, eve, person, talk, ask):
    carl = person()
    conversation, file = talk(ada, bob, carl), ada.upload(b"old")
    send(ada, conversation, file)
    ask(MemberAdd(conversation_id=conversation, user_ids=[eve.id]), by=ada.id)
    ask(MemberRemove(conversation_id=conversation, user_id=carl.id), by=carl.id)
    assert [status(someone, file) for someone in (bob, eve, carl)] == [200, 404, 404]
    send(ada, conversation, file, text="again, for you")
    assert status(eve, file) == 200


def test_members_hear_the_conversation_of_a_job_see_what_it_made(ada, bob, eve, talk):
    conversation, file = talk(ada, bob), ada.upload(b"made by a job")
    services.files_share(file_ids=[UUID(file["id"])], conversation_id=conversation, seq=1)
    services.files_share(file_ids=[UUID(file["id"])], conversation_id=conversation, seq=1)
    assert FileShare.objects.count() == 1
    assert [status(someone, file) for someone in (ada, bob, eve)] == [200, 200, 404]


def test_files_alone_are_a_message_and_white_space_is_none(ada, bob, talk):
    conversation, file = talk(ada, bob), ada.upload()
    assert send(ada, conversation, file).json()["message"]["text"] == ""
    assert send(ada, conversation).json()["code"] == "invalid_request"
    assert send(ada, conversation, file, text="  ").json()["field"] == "text"


def test_the_card_of_a_job_needs_no_text(ada, talk):
    conversation = talk(ada)
    assert send(ada, conversation, data={"job_id": str(uuid4())}).status_code == 201
    assert send(ada, conversation, data={"other": 1}).status_code == 400


@pytest.mark.parametrize("whose", ["another's", "nobody's", "deleted"])
def test_only_one_s_own_files_can_be_sent(ada, bob, talk, whose):
    conversation, own = talk(ada, bob), ada.upload()
    wrong = {"another's": bob.upload, "nobody's": lambda: {"id": str(uuid4())}, "deleted": ada.upload}[whose]()
    if whose == "deleted":
        ada.call("DELETE", f"/files/{wrong['id']}")
    answer = send(ada, conversation, own, wrong)
    assert (answer.status_code, answer.json()["file_ids"]) == (404, [wrong["id"]])
    assert not Message.objects.exists()
    assert not Attachment.objects.exists()


def test_a_repeat_is_the_first_message_even_after_its_file_is_gone(ada, bob, talk):
    conversation, file, client_id = talk(ada, bob), ada.upload(), str(uuid4())
    first = send(ada, conversation, file, client_id=client_id)
    ada.call("DELETE", f"/files/{file['id']}")
    second = send(ada, conversation, file, client_id=client_id)
    assert (second.status_code, second.json()) == (200, {**first.json(), "duplicate": True})
    assert Attachment.objects.count() == 1
    assert status(bob, file) == 404


def test_the_same_message_many_times_at_once_is_there_once(ada, bob, talk, at_once):
    conversation, file, client_id = talk(ada, bob), ada.upload(), str(uuid4())
    answers = at_once(*[lambda: send(ada, conversation, file, client_id=client_id)] * 4)
    assert {answer.json()["message"]["id"] for answer in answers} == {str(Message.objects.get().id)}
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert Attachment.objects.count() == 1


def test_a_file_that_is_named_twice_comes_once(ada, talk):
    file = ada.upload()
    assert send(ada, talk(ada), file, file).json()["message"]["file_ids"] == [file["id"]]


def test_a_stranger_hears_that_there_is_no_such_conversation_before_anything_of_files(ada, eve, talk):
    answer = send(eve, talk(ada), {"id": str(uuid4())})
    assert (answer.status_code, "file_ids" in answer.json()) == (404, False)


def test_plain_sends_take_no_files(ada, talk, ask):
    request = MessageSend(conversation_id=talk(ada), client_id=uuid4(), text="x", file_ids=[uuid4()])
    with pytest.raises(InvalidRequest) as refused:
        ask(request, by=ada.id)
    assert refused.value.data["field"] == "file_ids"


def test_files_go_over_a_socket_in_their_place_among_other_messages(ada, bob, talk, served):
    """Sent one after the other without waiting: slow ones with files and quick ones without."""
    import asyncio

    from websockets.asyncio.client import connect

    conversation, file = talk(ada, bob), ada.upload()

    async def chat():
        async with connect(served.url.replace("http", "ws") + "/ws", compression=None) as connection:
            frames = Frames(connection)
            assert "ok" in await frames.hello(ada.token)
            for number in range(6):
                data = {"conversation_id": str(conversation), "client_id": str(uuid4()), "text": str(number)}
                if number % 2 == 0:
                    data["file_ids"] = [file["id"]]
                await frames.send({"id": 100 + number, "op": "message.send", "data": data})
            return [await _answer(frames, 100 + number) for number in range(6)]

    answers = asyncio.run(chat())
    assert [answer["ok"]["message"]["text"] for answer in answers] == [str(number) for number in range(6)]
    assert [answer["ok"]["message"]["seq"] for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert [len(answer["ok"]["message"]["file_ids"]) for answer in answers] == [1, 0, 1, 0, 1, 0]


async def _answer(frames, number):
    while (frame := await frames.next()).get("id") != number:
        pass
    return frame


def test_the_scheduler_hears_what_was_posted(ada, talk, ask):
    posted, other = ada.upload(b"1"), ada.upload(b"2")
    send(ada, talk(ada), posted)
    wanted = MessageFilesPosted(file_ids=[UUID(posted["id"]), UUID(other["id"])])
    assert ask(wanted, by=None, role="scheduler").file_ids == [UUID(posted["id"])]


def test_a_message_waits_for_the_inspection_of_its_files(ada, ask, monkeypatch, at_once):
    monkeypatch.setattr(handlers, "INSPECTED_WITHIN", 30.0)
    file_id = UUID(ada.upload()["id"])

    def inspect():
        time.sleep(3 * handlers.LOOK_AGAIN)
        with atomic():
            services.file_inspected(file_id=file_id, media_type="text/plain", picture=None, problem=None)

    def check():
        ask(FileCheck(file_ids=[file_id]), by=ada.id, role="messageservice")
        return File.objects.get().inspected

    assert at_once(check, inspect)[0] is True


def test_a_file_about_to_be_sent_does_not_expire_meanwhile(ada, ask):
    from datetime import timedelta

    from django.utils import timezone

    file_id = UUID(ada.upload()["id"])
    File.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    ask(FileCheck(file_ids=[file_id]), by=ada.id, role="messageservice")
    assert File.objects.get().expires_at > timezone.now() + timedelta(hours=23)


def in_conversation(person, conversation, **query):
    answer = person.call("GET", "/files", params={"conversation_id": str(conversation), **query})
    assert answer.status_code == 200, answer.text
    return [file["name"] for file in answer.json()["files"]], answer.json()["next"]


def test_a_conversation_s_files_are_listed_for_those_who_hear_it_from_when_they_joined(ada, bob, eve, talk, ask):
    conversation, others = talk(ada, bob), talk(ada, bob)
    files = {name: ada.upload(name.encode(), name=name) for name in ("old", "of a job", "new", "gone", "elsewhere")}
    send(ada, conversation, files["old"], files["gone"])
    services.files_share(file_ids=[UUID(files["of a job"]["id"])], conversation_id=conversation, seq=1)
    ask(MemberAdd(conversation_id=conversation, user_ids=[eve.id]), by=ada.id)
    send(ada, others, files["elsewhere"])
    send(ada, conversation, files["new"], files["old"], text="again")
    ada.call("DELETE", f"/files/{files['gone']['id']}")
    assert in_conversation(bob, conversation)[0] == ["new", "old", "of a job"]
    assert in_conversation(eve, conversation)[0] == ["new", "old"]
    stranger = eve.call("GET", "/files", params={"conversation_id": str(others)})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")


def test_a_conversation_s_files_come_in_pages(ada, bob, talk):
    conversation = talk(ada, bob)
    for number in range(5):
        send(ada, conversation, ada.upload(name=f"{number}"))
    first, cursor = in_conversation(bob, conversation, limit=3)
    assert (first, in_conversation(bob, conversation, limit=3, cursor=cursor)) == (["4", "3", "2"], (["1", "0"], None))
    wrong = bob.call("GET", "/files", params={"conversation_id": str(conversation), "cursor": "nonsense"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "cursor")

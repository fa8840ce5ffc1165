"""Warren's own SQL without Warren's Python: for pgbench and for the parts of row 4, on the second database.

Conversations and users are numbered; their ids follow from the numbers, so that SQL alone can choose them.
"""

from messageservice import statements

CONVERSATIONS = 200
MEMBERS = 5
TEXT = "a chat message of about eighty characters, the kind that people write all day, and a little more"
_HEAD = '{"id":"0b8f6c3e-5f6e-4a57-9c50-0c4c7c9f1e2a","conversation_id":"0b8f6c3e-5f6e-4a57-9c50-0c4c7c9f1e2a","seq":'
_TAIL = f',"text":"{TEXT}","data": null,"reply_to": null,"file_ids":[],"created_at":"'


def conversation(number: str) -> str:
    return f"md5('bench conversation ' || {number})::uuid"


def user(number: str) -> str:
    return f"md5('bench user ' || {number})::uuid"


FILL = f"""
TRUNCATE messageservice_message, messageservice_member, messageservice_conversation, eventlog_outbox CASCADE;
INSERT INTO messageservice_conversation
    (id, kind, title, member_count, last_seq, rev, created_by, client_id, created_at, active_at)
SELECT {conversation("c")}, 'group', 'Bench', {MEMBERS}, 0, 1, {user("c")}, gen_random_uuid(), now(), now()
FROM generate_series(0, {CONVERSATIONS - 1}) c;
INSERT INTO messageservice_member (conversation_id, user_id, role, joined_seq, read_seq, joined_at)
SELECT {conversation("c")}, {user(f"((c + m) % {CONVERSATIONS})")}, 'member', 0, 0, now()
FROM generate_series(0, {CONVERSATIONS - 1}) c, generate_series(0, {MEMBERS - 1}) m;
ANALYZE;
"""
RECORD = f"""
INSERT INTO eventlog_outbox (owner, event, routing_key, conversation_id, seq, body)
SELECT 'message', 'message.sent', 'c.' || repeat('0', 32) || '.1', gen_random_uuid(), 1, '{_HEAD}1{_TAIL}"}}'
"""
RECORD_MANY = f"{RECORD.rstrip()} FROM"


def send(conversation_number: str, member_number: str) -> str:
    """The statement of one message, from a member of a numbered conversation."""
    values = [
        "gen_random_uuid()",
        conversation(f"({conversation_number})"),
        user(f"((({conversation_number}) + ({member_number})) % {CONVERSATIONS})"),
        "gen_random_uuid()",
        f"'{TEXT}'::text",
        "NULL::jsonb",
        "NULL::uuid",
        "'{}'::uuid[]",
        f"'{_HEAD}'::text",
        f"'{_TAIL}'::text",
    ]
    sql = statements._ONE
    for number, value in enumerate(values, 1):
        sql = sql.replace(f"${number} ", f"{value} ").replace(f"${number}\n", f"{value}\n")
    return sql.strip()


def pgbench_script() -> str:
    """One transaction of pgbench: a random member of a random conversation sends.

    pgbench takes every colon before a letter for a variable of its own, also inside a literal.
    """
    sql = send(":c::int", ":m::int").replace("HH24:MI:SS", "HH24' || chr(58) || 'MI' || chr(58) || 'SS")
    return f"\\set c random(0, {CONVERSATIONS - 1})\n\\set m random(0, {MEMBERS - 1})\n{sql};\n"


def prepare_move() -> str:
    from eventlog import session

    return session._MOVE

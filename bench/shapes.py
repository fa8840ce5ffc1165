"""Who is in a conversation with whom: the shapes of rows 4 and 5."""

USERS = 200
SENDERS = 64
SPREAD = [[(number + member) % USERS for member in range(5)] for number in range(USERS)]
"""200 conversations of 5 members; each of the 200 users is in 5 of them."""
SENDING = [number * USERS // SENDERS for number in range(SENDERS)]
"""64 users, evenly spread."""

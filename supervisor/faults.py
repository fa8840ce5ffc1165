"""What stops the set-up, each with a sentence for people and an exit status for programs (sysexits.h)."""


class SetupFault(Exception):
    """Something that the set-up cannot get past; the text says what to do about it."""

    status = 1


class Unavailable(SetupFault):
    """A program that Warren needs is neither here nor obtainable; the text holds the commands to type."""

    status = 69


class Temporary(SetupFault):
    """In the way now and perhaps not later: a taken port, a second `bin/up`, a full disk."""

    status = 75

"""Which seqs a page of a conversation's history holds: arithmetic, since they have no gap."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What a member may see of a conversation: the seqs above `joined_seq`, up to `last_seq`."""

    joined_seq: int
    last_seq: int

    def page(self, *, before: int | None, after: int | None, limit: int) -> range:
        """The seqs nearest below `before`, or nearest above `after`; with neither, the last ones."""
        if after is not None:
            first = max(after, self.joined_seq) + 1
            return range(first, min(self.last_seq, first + limit - 1) + 1)
        last = self.last_seq if before is None else min(self.last_seq, before - 1)
        return range(max(self.joined_seq + 1, last - limit + 1), last + 1)

    def goes_on_before(self, page: range) -> bool:
        return min(page.start - 1, self.last_seq) > self.joined_seq

    def goes_on_after(self, page: range) -> bool:
        return max(page.stop, self.joined_seq + 1) <= self.last_seq

"""Everything that crosses the wire: requests, replies, events and errors. One module per owner (docs/bus.md)."""

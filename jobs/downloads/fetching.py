"""`download.fetch` (docs/downloads.md)."""

"""Handlers; see `jobs.handlers`."""

"""How Warren is set up and kept running (docs/setup.md). Standard library only: it runs before `.venv` exists."""

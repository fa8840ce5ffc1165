"""A workspace worth looking at: people, conversations and weeks of what they said (manage.py seed_demo)."""

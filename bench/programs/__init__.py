"""Programs that the rows start: limits, peers, and Warren's parts under load.

Each runs alone, as `python -m bench.programs.NAME`; those of peers run in their virtual environment.
"""

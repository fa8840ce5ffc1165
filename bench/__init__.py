"""What Warren costs, beside the bare mechanism and the usual alternatives: `python -m bench` (docs/benchmarks.md)."""

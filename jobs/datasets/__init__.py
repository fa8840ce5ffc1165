"""Datasets (docs/datasets.md). `reader` and what it imports know no Django: that process parses what strangers sent."""

"""Benchmarks: what the parts cost here and now, each against a named alternative. See `python -m bench --help`."""

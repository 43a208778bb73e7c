"""Benchmarks: one module per family, each with its protocol."""

"""Benchmarks: each prints its figure, its baseline and the machine it ran on."""

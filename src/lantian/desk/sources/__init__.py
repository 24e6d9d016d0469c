"""Pollution sources: one source, one file."""

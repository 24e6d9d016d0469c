"""Observation store: hot rows, immutable parts, roster, readers of files."""

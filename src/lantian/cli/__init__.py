"""Command line: one file per command, loaded by name."""

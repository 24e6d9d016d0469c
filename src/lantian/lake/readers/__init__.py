"""Readers of monitor files: one file layout each."""

"""Readers of monitor files: one file layout each."""

from lantian.lake.readers.layout import LAYOUTS, read

__all__ = ["LAYOUTS", "read"]

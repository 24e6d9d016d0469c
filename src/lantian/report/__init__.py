"""Frozen figures made into Word, Excel, PDF and pictures."""

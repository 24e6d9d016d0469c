"""Intents: what the desk wants written into the lake, recorded first and applied once."""

"""Stations: what they are, where they stood when, which places they count for, publishing."""

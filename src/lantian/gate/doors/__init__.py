"""Doors beside HJ 212 over TCP: one adapter and one status file each."""

"""Organisations, people, their posts and appointments."""

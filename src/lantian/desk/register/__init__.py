"""Registers: lists of things that people keep, with forms, sheets, journal and change log."""

"""Verbs of the command `gate`, each loaded when it is asked for."""

"""The log: every change with who, when, before and after, sealed into a chain."""

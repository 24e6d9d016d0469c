"""HJ 212, by which monitors talk to platforms: frames, fields, readings, dialogues.

A pure codec: it opens no socket, reads no clock and writes no file, so that a gateway, a
device or a tool for analysis can use it alike.
"""

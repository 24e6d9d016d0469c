"""Notices: one room for messages, in the desk and out of it by mail, chat robot and text message.

A message leaves the desk at least once: a worker that dies after a server took it, and before
that is written down, sends it again under the same identity (`Message-ID`, `Idempotency-Key`).
"""

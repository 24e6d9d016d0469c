"""Accounts: who signs in, with what proof."""

"""Sheets that people send in, and the template that they fill."""

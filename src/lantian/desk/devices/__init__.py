"""Devices: the monitors that report to the gate, how each stands, and what is asked of them."""

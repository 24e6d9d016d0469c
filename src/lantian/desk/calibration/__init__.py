"""Calibration of micro-stations: their state, versions and errors, raw beside calibrated."""

"""Whether a value can be trusted: automatic marks, calibration of sensors, suspicion."""

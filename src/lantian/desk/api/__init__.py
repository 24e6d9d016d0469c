"""The API of the desk: tokens, registers and air as JSON, CSV and GeoJSON, metrics."""

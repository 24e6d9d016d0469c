"""Profiles: what lidars, vans and drones saw, as pictures, maps and tables."""

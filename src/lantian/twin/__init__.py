"""The fictional county: what is in it, its weather, its true emissions and simulated monitors."""

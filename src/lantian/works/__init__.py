"""Whether a production line runs, and its treatment device with it, as meters of power tell."""

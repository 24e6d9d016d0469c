"""Reading what pages of profiles show."""

"""Tags of the air pages."""

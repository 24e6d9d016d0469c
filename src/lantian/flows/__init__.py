"""What the system does end to end, and the engine that moves blocks."""

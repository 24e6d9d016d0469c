"""The gate: monitors connect, what they say is kept, answered and handed to the lake."""

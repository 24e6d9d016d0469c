"""Pages about the API: own tokens, and what it offers."""

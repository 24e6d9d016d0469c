"""My day: what I must answer, what is late, what changed."""

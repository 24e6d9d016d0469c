"""Rights: one table of roles and routes, grants by area and subject, what they reach."""

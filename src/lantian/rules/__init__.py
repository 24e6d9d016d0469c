"""The law as dated data: rule books and the named rule sets they make."""

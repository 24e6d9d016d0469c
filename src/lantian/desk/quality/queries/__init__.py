"""Reading marks, reviews and findings for the pages."""

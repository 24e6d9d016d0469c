"""Reading the lake for the pages, through the flows."""

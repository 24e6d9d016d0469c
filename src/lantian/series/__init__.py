"""Hours to days: validity, means, moving windows, percentiles."""

"""Words of the field: pollutants, hours, periods, rounding, marks."""

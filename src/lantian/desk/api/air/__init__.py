"""The air through the API: hours, days, ranking, targets, derivations."""

"""Pages of the air: today, places, ranking, targets, rules, and where each number comes from."""

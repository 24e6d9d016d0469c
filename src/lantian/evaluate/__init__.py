"""Judging: AQI, statistics, attainment, composite index, ranking, targets."""

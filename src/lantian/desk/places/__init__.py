"""Places: provinces, cities, counties, townships, villages and grids with their boundaries."""

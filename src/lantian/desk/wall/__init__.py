"""The wall: the pages' own queries, large, by turns, without a hand."""

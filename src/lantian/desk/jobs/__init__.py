"""Jobs: work that a page does not wait for, done once, by whoever holds the lease."""

"""Privacy: personal fields declared, encrypted, masked, read on record, deleted on time."""

"""Pages of accounts: entry, second factor, one's own account, management."""

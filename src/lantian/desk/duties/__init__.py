"""The duty list, assigned leaders, who is on duty."""

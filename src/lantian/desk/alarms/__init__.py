"""Alarms: rules of what is too high for too long, who is told, who answers, who is called next."""

"""Ways out of the desk: mail, robots of chat groups, text messages."""

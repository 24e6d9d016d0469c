"""The project: settings, addresses, entry of the server, what every page shares."""

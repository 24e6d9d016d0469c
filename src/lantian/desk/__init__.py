"""The command desk: a Django project, one app per noun."""

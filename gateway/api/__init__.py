"""The doors: HTTP in, HTTP out. They decode and encode; what happens is decided in the rooms below."""

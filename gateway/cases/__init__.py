"""Cases: what follows a life event, and whether it came in time."""

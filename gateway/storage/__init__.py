"""SQL and Redis: where the rooms' stores really stand. Only `wiring` imports from here."""

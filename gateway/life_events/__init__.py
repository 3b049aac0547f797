"""Life events: taken, kept, delivered."""

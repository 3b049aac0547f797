"""What happened: one record per exchange, answered or refused, and one per administrative act."""

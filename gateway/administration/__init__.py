"""What persons decide: clients, their credentials, agreements. One act behind every door."""

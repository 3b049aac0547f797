"""Tables and views of a database, read only."""

"""What a platform sends: its schema as types, and what one record of a dataset is."""

"""A new partner from a sample: what it sends, and a proposed mapping."""

"""The demonstration of life events: systems of two regions around the same recipe."""

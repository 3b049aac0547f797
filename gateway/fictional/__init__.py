"""Made-up values of the same shape, in the place of Personal data."""

"""The common model: one resource per file, and the shapes of what partners send."""

"""What changed between two versions of a schema, a mapping or an API, and whom it breaks."""

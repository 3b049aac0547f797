"""The proof that a mapping yields valid records, or what is not settled yet."""

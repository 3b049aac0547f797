"""Whether a partner's platform and its mapping still keep what was agreed."""

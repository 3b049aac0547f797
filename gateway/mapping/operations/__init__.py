"""What each operation of the language means, as small functions on values."""

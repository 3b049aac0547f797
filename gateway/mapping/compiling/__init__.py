"""From a checked declaration to Python, and back from the common model where that can be."""

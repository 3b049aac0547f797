"""May they: agreements between partners, and their purposes."""

"""The declaration: what a mapping file may say, and reading it with every fault found."""

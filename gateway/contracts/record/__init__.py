"""Fresh samples of what a platform sends, with made-up values where they are Personal."""

"""A result in words: for the terminal, and for other systems, one file for each format."""

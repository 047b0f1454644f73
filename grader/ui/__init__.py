"""What the command line prints to, and the language of its options and help."""

"""The command line's terminal: its console, its options' and help's language."""

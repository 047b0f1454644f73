"""A whole class: its hand-ins taken in, graded, kept, compared and shown."""

"""The instructor's workshop: stubs made from solutions, and proof that a lab judges rightly."""

"""What an instructor does: new labs, known answers, and proof that a lab judges rightly."""

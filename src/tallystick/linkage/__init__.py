"""Compare encodings of people across parties and solve for the same person."""

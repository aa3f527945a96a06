"""How the database came to its present shape, one step a file, and the way there and back."""

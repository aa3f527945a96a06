"""What a piece is made of and how large it is, read from the words of its listings. Pure."""

"""The book of stock: the only place where a piece is counted, and the only writer of it."""

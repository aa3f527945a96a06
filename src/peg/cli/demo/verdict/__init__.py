"""The verdict of a rehearsal: each invariant, from the marketplaces' own record and the book."""

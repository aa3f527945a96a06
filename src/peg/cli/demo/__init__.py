"""`peg demo`: PEG at work between two practice shops, from consent page to verdict."""

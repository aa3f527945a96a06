"""`peg`: the commands. Each is named by a string, so that `peg --help` imports none of them."""

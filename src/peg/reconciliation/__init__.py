"""Compare everything with everything, name each difference, repair it or ask."""

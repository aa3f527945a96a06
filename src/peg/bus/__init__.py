"""Messages: staged beside the fact, relayed after the commit. The bus only wakes."""

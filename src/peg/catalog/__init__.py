"""What is sold: items, the offers that sell them, and what each marketplace is believed to show."""

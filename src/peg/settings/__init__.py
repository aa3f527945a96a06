"""What can be set from outside."""

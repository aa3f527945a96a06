"""What a person should look at: raised once, and over when its cause is."""

"""The owner of the shops: what she does on PEG's side, and what she sees in her drawer."""

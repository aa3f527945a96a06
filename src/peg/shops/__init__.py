"""Connected shops: who they are, what they granted, and their sealed tokens."""

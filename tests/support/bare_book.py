"""What judges read in the book with bare SQL, sharing nothing with the code that they judge."""

DIRTY = """
SELECT t.offer, t.last_outcome,
    coalesce((SELECT json_group_array(sku) FROM components WHERE offer = t.offer), '[]') AS skus
FROM targets t JOIN offers o ON o.id = t.offer
WHERE t.shown_version < t.version AND NOT o.gone AND NOT o.parked
"""
"""Offers that are still on their way to a target, with the items that they take."""

"""What the judge reads in the book, with bare SQL: it shares nothing with the code it judges."""

ENTRIES = """
SELECT sku, location, sum(on_hand), sum(committed), sum(reserved), sum(safety_stock),
    sum(suspended), sum(incoming)
FROM entries GROUP BY sku, location
"""
LEVELS = """
SELECT sku, location, on_hand, committed, reserved, safety_stock, suspended, incoming FROM levels
"""
POSITIONS = """
SELECT sku, on_hand, committed, reserved, safety_stock, suspended, incoming FROM positions
"""
BELOW_ZERO = """
SELECT sku, on_hand - committed - reserved - safety_stock - suspended AS available FROM positions
WHERE available < 0 AND sku NOT IN (SELECT sku FROM cases WHERE closed_at IS NULL)
"""
TWICE = """
SELECT a.order_id, a.line FROM applied a JOIN order_lines o
    ON o.shop = a.shop AND o.order_id = a.order_id AND o.line = a.line
WHERE a.need > 0 AND a.committed + a.shipped + a.restocked + a.written_off >
    a.need * (o.committed + o.shipped + o.restocked + o.written_off)
"""
UNHANDLED = "SELECT topic, delivery, last_error FROM inbox WHERE handled_at IS NULL"
OFFER = """
SELECT o.id,
    coalesce((SELECT json_group_array(sku) FROM components WHERE offer = o.id), '[]') AS skus
FROM offers o WHERE o.listing = ? OR o.variant = ? OR o.listing = ?
"""
ASKED = """
SELECT subject FROM questions WHERE answered_at IS NULL
UNION SELECT sku FROM cases WHERE closed_at IS NULL
UNION SELECT sku FROM suspense WHERE closed_at IS NULL
UNION SELECT sku FROM holds WHERE ended_at IS NULL
"""

"""Webhook bodies: the older REST wording, numbers as ids, decimal strings, shop-local time."""

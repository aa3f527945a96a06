"""Connect a shop, by the browser or without one: `etsy` and `shopify` each say how."""

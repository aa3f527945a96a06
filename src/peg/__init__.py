"""PEG: one true stock for a jeweller who sells the same pieces on Shopify and on Etsy."""

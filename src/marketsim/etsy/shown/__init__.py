"""How the API shows what the shop holds: field names and types of Etsy's OpenAPI document."""

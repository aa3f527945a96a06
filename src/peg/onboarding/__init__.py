"""How a shop comes under PEG's care: read, matched, counted, and only then kept in step."""

"""From the marketplaces to the ledger: deliveries kept once, orders and readings taken in."""

"""From the ledger to the marketplaces: what each offer should show, and making it so."""

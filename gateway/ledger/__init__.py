"""The ledger: what the logs and the audit chain prove of each decision. Pure functions; reading is done elsewhere."""

"""Reports: counted from the ledger, stated from what is configured, written as files."""

"""What the Makefile runs: locks, mutants, scenarios, coverage floors."""

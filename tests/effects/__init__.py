"""What is done and recorded: blocks, plans, erasures, and what a restore takes away again."""

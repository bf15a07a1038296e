"""The commands, one module for each word of the command line."""

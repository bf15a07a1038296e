"""Speeds and sizes, each against an anchor measured in the same run."""

"""Idempotent steps that several flows and the worker share."""

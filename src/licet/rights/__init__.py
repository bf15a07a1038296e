"""People's rights: request -> plan -> effects -> receipt."""

"""What things are called: frozen dataclasses, ids, the error tree.

No third party and nothing of ours is imported here; every other room speaks in
these types.
"""

"""Keys and sealed bytes: the room in which erasing happens.

Whatever must be erasable is sealed under a key that lives only here; shredding
the key and turning the epoch makes every copy of the bytes unreadable.
"""

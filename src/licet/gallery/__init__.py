"""Templates in, candidates out: the one room in which people can be found.

``contract`` says what a gallery is, ``exact`` is the one that serves, ``brute`` is
the same in plain integers, for tests. Nothing heavy is imported here.
"""

"""What happened, provably: leaves, the Merkle tree, checkpoints, tiles, receipts.

Nothing here needs a deployment to be checked: :mod:`licet.ledger.verify` reads a
file and says what it proves.
"""

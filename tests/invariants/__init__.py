"""The invariants of DESIGN section 4, held over random histories, crashes and kills."""

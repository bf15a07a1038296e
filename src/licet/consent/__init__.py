"""Facts in, a Permit or a Refusal out.

``decide.decide`` is the single decision; ``live.live`` and ``live.slot`` say what
of a grant may be used now. Everything here is pure: no clock, no store, no file
but the closed tables that ship with the package.
"""

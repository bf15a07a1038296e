"""Packages: everything that is kept of a person, for the person (GDPR 15, 20)."""

from licet.effects.packing.steps import (
    build_package,
    deliver_package,
    drop_package,
    sweep_packages,
)

__all__ = ["build_package", "deliver_package", "drop_package", "sweep_packages"]

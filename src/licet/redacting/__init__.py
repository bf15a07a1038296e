"""Covering everybody in a folder of photos and videos, for those who need nothing else.

:func:`licet.redacting.flow.redact_folder` is the flow. It needs no deployment, makes no
template and keeps none.
"""

from licet.redacting.flow import How, redact_folder

__all__ = ["How", "redact_folder"]

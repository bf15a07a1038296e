"""Covering everybody in a folder of photos, for those who need nothing else.

:func:`licet.redacting.flow.redact_folder` is the flow. It needs no deployment, makes no
template and keeps none.
"""

from licet.redacting.flow import redact_folder

__all__ = ["redact_folder"]

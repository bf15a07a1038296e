"""How things are named in addresses: ids, which are UUIDs, and nothing that must be escaped."""

from typing import Annotated

from fastapi import Path

Name = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z-]+$")]
"""An id. What is no id at all is 422; one of nothing, and of somebody else's, are 404 alike."""

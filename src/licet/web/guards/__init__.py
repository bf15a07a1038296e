"""What stands before every route, one guard a file: plain ASGI, outermost first in ``door``."""

"""Photo in, faces and their templates out; and faces out of photos again (redaction).

Bytes come in, never paths or addresses. Only this room knows image codecs and models.
"""

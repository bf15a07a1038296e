"""What a browser shows: each page is a frozen value, and ``render`` makes its HTML.

Nothing here knows of requests, sessions or the web framework: whoever serves a page makes the
value, says what stands around it, and sends what comes back.
"""

"""The routes of pages and of what is the server's own."""

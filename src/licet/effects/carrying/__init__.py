"""Carrying out authorities' orders: answer first, then erase many people at once, then prove."""

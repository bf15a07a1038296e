"""Where items come from. Bytes out, never pixels: nothing here decodes a photo."""

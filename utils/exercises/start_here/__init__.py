"""Page 00, start here: its exercises, a module each."""

"""The modules of the client, with the same names as in Docker Cloud's own SDK."""

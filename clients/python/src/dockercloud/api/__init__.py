"""The modules of the client, under the names that they have in Docker Cloud's own SDK."""

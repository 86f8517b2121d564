"""Extract and hash every file of archives and packages, and answer whether a digest is known."""

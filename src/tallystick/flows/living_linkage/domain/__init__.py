"""The pure nouns of living linkage: record keys, row changes, invitations."""

"""The processes of one organisation.

`settings` is the whole settings file, `wiring` builds an organisation's parts from it, `processes` lists what runs,
each process with what it needs, and `api` is the one that answers HTTP behind the edge.
"""

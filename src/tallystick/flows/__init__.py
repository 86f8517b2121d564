"""Where two capabilities meet, and nowhere else.

- `living_linkage`: capture -> encode at the owner -> upsert -> incremental link -> judge the grey zone -> match events.
- `known_files`: packages -> catalog -> lookups.
"""

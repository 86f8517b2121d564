"""Write the reference of commands, settings, metrics and errors from the code that has them: `make docs`.

Each module makes one page of `docs/reference/`. The pages are committed, and a test makes them again and compares.
"""

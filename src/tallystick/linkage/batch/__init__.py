"""Batch linkage as the anonlink entity service offers it: projects, uploads, runs, results.

`service` has the use cases, `runner` what a worker does for a run, `http` the reference's routes and wording.
"""

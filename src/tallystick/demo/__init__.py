"""The main job on one machine: two registries and a linkage unit, linked live.

`febrl` has the people and the truth, `postgres` the databases, `sites` the three organisations' directories and
settings, `changes` what happens to people, `story` the order of it all, `report` the figures.
"""

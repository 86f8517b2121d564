"""Schema changes of living linkages' tables, and the folder of the data directory that their rows refer to."""

FOLDERS = ("linkage/living",)

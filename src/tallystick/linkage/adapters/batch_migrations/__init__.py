"""Schema changes of batch linkage's tables, and the folder of the data directory that their rows refer to."""

FOLDERS = ("linkage/projects",)

"""Find what organisations have in common, people or files, without showing what they hold."""

__all__: list[str] = []

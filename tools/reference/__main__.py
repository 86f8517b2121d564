"""Write every page, into `docs/reference/` or the directory that is named."""

import sys
from pathlib import Path

from tools.reference.pages import write_pages

if __name__ == "__main__":
    write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))

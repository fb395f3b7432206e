"""Write every session anew, or those whose names are given, with what their commands print now."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.sessions.playing import played, sessions

if __name__ == "__main__":
    for file in sessions():
        if len(sys.argv) > 1 and not any(word in file.stem for word in sys.argv[1:]):
            continue
        with TemporaryDirectory() as folder:
            told = played(file, Path(folder))
        if told != file.read_text(encoding="utf-8"):
            file.write_text(told, encoding="utf-8")
            print(f"Wrote {file.name}.")

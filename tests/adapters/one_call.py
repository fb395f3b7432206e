"""A process that makes one call and tells how it ended, and the most memory that it ever held, in megabytes."""

import json
import re
import resource
import sys
from pathlib import Path

from core.errors import KvittError
from tests.adapters.calls import CALLS

_STATUS = Path("/proc/self/status")


def peak() -> int:
    """In megabytes. Where Linux does not tell, getrusage does, which counts the process that this one was made of."""
    if _STATUS.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())):
        return int(found[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    name, url = sys.argv[1:]
    try:
        CALLS[name](url, timeout=20.0)
        ended = "well"
    except KvittError as error:
        ended = error.code
    print(json.dumps({"ended": ended, "peak": peak()}))  # noqa: T201 - its standard output is what it is for

"""Generate clients of the OpenAPI document, check their types, and do the main job with the Python one.

`python -m tests.clients FOLDER TOOLS`: the folder is for what is generated, TOOLS that of the programs which generate.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from entrypoints.container import make_container
from entrypoints.files import MEDIA_TYPES
from entrypoints.http.app import routes
from entrypoints.http.bodies import NDJSON
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.http.clients import key_for
from tests.processes import serving

HERE = Path(__file__).parent
# No client of this kind sends files, or lines; they are left to others.
_UNSUPPORTED = {f"Unsupported content type {media_type}" for media_type in (*MEDIA_TYPES, NDJSON)}


def main(folder: Path, tools: Path) -> None:
    """Make the clients anew, and use them. Whatever is wrong ends it."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(routes().openapi_schema.to_schema()))
    _python_client(document, folder, tools)
    _models(document, folder, tools)
    _typescript_client(document, folder)
    _use(folder, tools)


def _python_client(document: Path, folder: Path, tools: Path) -> None:
    given: list[str | Path] = ["--path", document, "--output-path", folder / "kvitt-client", "--overwrite"]
    told = _run([tools / "openapi-python-client", "generate", *given], folder, tools=tools)
    warnings = re.findall(r"^WARNING.*?\n+(.+?)\n", told, re.MULTILINE)
    if others := set(warnings) - _UNSUPPORTED:
        sys.exit(f"openapi-python-client left something out: {', '.join(sorted(others))}\n{told}")
    shutil.copy(HERE / "main_job.py", folder / "kvitt-client")
    _run([tools / "mypy", "--strict", "kvitt_client", "main_job.py"], folder / "kvitt-client", tools=tools)
    _say("openapi-python-client: the client and what uses it are typed right.")


def _models(document: Path, folder: Path, tools: Path) -> None:
    form = ["--output-model-type", "pydantic_v2.BaseModel", "--use-annotated", "--set-default-enum-member"]
    given: list[str | Path] = [
        "--input",
        document,
        "--input-file-type",
        "openapi",
        "--output",
        folder / "kvitt_models.py",
    ]
    version = ["--target-python-version", "3.11", "--formatters", "builtin"]
    _run([tools / "datamodel-codegen", *given, *form, *version], folder, tools=tools)
    used = "import kvitt_models; print(kvitt_models.Invoice(number='D-1').model_dump_json(exclude_unset=True))"
    if _run([tools / "python", "-c", used], folder, tools=tools).strip() != '{"number":"D-1"}':
        sys.exit("datamodel-code-generator's models don't write an invoice as it is taken.")
    _say("datamodel-code-generator: its models are imported, and write an invoice as it is taken.")


def _typescript_client(document: Path, folder: Path) -> None:
    if not shutil.which("npm"):
        _say("openapi-typescript: SKIPPED, for there is no npm here.")
        return
    place = folder / "typescript"
    place.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, place)
    if not (place / "node_modules").exists():
        _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], place)
    _run(["node_modules/.bin/openapi-typescript", document, "--output", "kvitt.ts"], place)
    _run(["node_modules/.bin/tsc", "--noEmit", "--strict", "kvitt.ts"], place)
    _say("openapi-typescript: its types are right.")


def _use(folder: Path, tools: Path) -> None:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    with Sandbox.demo() as office, serving({"KVITT_HOME": str(home), "KVITT_TFSO_API_URL": office.url}) as (address, _):
        container = make_container(Settings(home=home))
        with closing(container.storage()):
            key = key_for(container)
        told = _run([tools / "python", "main_job.py", address, office.url], folder / "kvitt-client", key=key)
    _say(f"The main job, with the Python client over a socket: {told.strip()}")


def _run(command: Sequence[str | Path], folder: Path, *, tools: Path | None = None, key: str = "") -> str:
    path = f"{tools}{os.pathsep}{os.environ['PATH']}" if tools else os.environ["PATH"]
    environment = os.environ | {"PATH": path, "KVITT_KEY": key, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}")
    return done.stdout + done.stderr


_began = time.monotonic()


def _say(text: str) -> None:
    print(f"{time.monotonic() - _began:5.1f} s  {text}", flush=True)


if __name__ == "__main__":
    main(*(Path(argument).absolute() for argument in sys.argv[1:]))

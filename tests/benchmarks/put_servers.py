"""The two servers that are compared: `kvitt` is the whole API, `bare` a handler that validates the same body.

`python -m tests.benchmarks.put_servers kvitt|bare` serves on loopback, prints the address, and ends with its input.
Both are served by uvicorn with the same options, without a worker. The API logs every request, the bare handler none.
"""

import sys
from collections.abc import Callable

import uvicorn
from litestar import Litestar, put

from adapters.telemetry.logs import set_up_logging
from core.invoice import Invoice
from entrypoints.container import make_container
from entrypoints.http.server import server_config
from entrypoints.settings import read_settings

_HOST = "127.0.0.1"


@put("/v1/businesses/{business:str}/invoices/{number:str}")
async def put_invoice(business: str, number: str, data: Invoice) -> Invoice:
    """Validate an invoice and show it."""
    return data


class _Announced(uvicorn.Server):
    """A server that prints its address once it listens."""

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"http://{_HOST}:{port}", flush=True)


def kvitt() -> uvicorn.Config:
    """Serve the API of the installation that the environment describes."""
    settings = read_settings()
    set_up_logging(settings.log_level, as_json=True)
    container = make_container(settings)
    container.storage()
    return server_config(container, _HOST)


def bare() -> uvicorn.Config:
    """Serve the bare handler, as the API is served."""
    app = Litestar([put_invoice], logging_config=None)
    return uvicorn.Config(app, http="h11", ws="none", lifespan="on", log_config=None, access_log=False)


def main() -> None:
    """Do as the command line says."""
    kinds: dict[str, Callable[[], uvicorn.Config]] = {"kvitt": kvitt, "bare": bare}
    config = kinds[sys.argv[1]]()
    config.port = 0
    _Announced(config).run()


if __name__ == "__main__":
    main()

"""An installation to measure: one business, connected to the sandbox's demo account."""

import os
from collections.abc import Mapping
from pathlib import Path

from core.business import Business
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME

BUSINESS = "bench"


def installation(
    url: str, home: Path, *, database_url: str | None = None, connection: Mapping[str, str] | None = None
) -> Container:
    """Wire an installation in this folder; the accounting system is the sandbox at `url`.

    With a `connection` the business is reached by that, and the environment says where; else it is by SOAP.
    """
    if connection is None:
        os.environ["KVITT_TFSO_API_URL"] = url
        connection = {
            "system": "24sevenoffice",
            "account_name": DEMO_ACCOUNT,
            "application_id": DEMO_APPLICATION_ID,
            "username": DEMO_USERNAME,
            "password": DEMO_PASSWORD,
        }
    container = make_container(Settings(home=home, database_url=database_url))
    container.connect_business().store(Business.model_validate({"name": BUSINESS, "accounting": dict(connection)}))
    return container

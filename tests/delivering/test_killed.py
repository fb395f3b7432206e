"""A process that is killed between posting events and keeping that they arrived: they are posted again, in order."""

import subprocess
import sys
from collections import defaultdict

from core.webhook import DeliveryState
from tests.delivering.conftest import House, until
from tests.delivering.receiver import receiving


def test_what_was_posted_and_not_kept_is_posted_again_in_order(house: House) -> None:
    with receiving() as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*(str(number % 5) for number in range(20)))
        command = [sys.executable, "-m", "tests.delivering.dying", house.url, house.key]
        with subprocess.Popen(command) as process:
            try:
                until(lambda: len(receiver.taken) >= 5)
            finally:
                process.kill()
        came = receiver.ids("/a")
        assert {one.state for one in house.deliveries(endpoint)} == {DeliveryState.PENDING}
        house.deliverer()
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
        later = receiver.of("/a")[len(came) :]
    assert len(came) == 5  # one of each invoice
    assert sorted(event["id"] for event in later) == sorted(house.ids())
    by_invoice: dict[str, list[int]] = defaultdict(list)
    for event in later:
        by_invoice[event["invoice"]].append(event["data"]["number"])
    assert all(numbers == sorted(numbers) for numbers in by_invoice.values())
    assert {one.attempts for one in house.deliveries(endpoint)} == {1}

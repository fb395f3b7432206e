"""`kvitt business export` and `kvitt business erase`: handing over what is kept, and letting it go."""

import json
import os
import stat
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from core.intent import Intent, IntentKind
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.container import Container, make_container
from entrypoints.demo.world import demo_business
from entrypoints.settings import Settings
from sandbox.twentyfour_seven_office.books import Books
from tests.attack.installation import Unattended
from tests.cli.conftest import Kvitt, an_invoice
from tests.storage_contract.samples import NOW

ADDRESS = {"street": "Kanarivegen 4711", "postal_code": "0150", "city": "Oslo", "country": "NO"}
KARI = {"name": "Kari Kanari", "email": "kari@kanari.example", "phone": "+47 40471147", "address": ADDRESS}
PERSONAL = ["Kari", "kanari.example", "40471147", "Kanarivegen", "Confidential"]


@pytest.fixture
def sent(fjell: Kvitt) -> Kvitt:
    """The command line; one invoice of a person's was sent and asked about, another never was."""
    fjell.add(an_invoice("1", customer=KARI, comment="Confidential"), an_invoice("2", customer=KARI, type="printed"))
    assert fjell("invoice", "send", "1", "--business", "fjell").code == ExitCode.DONE
    assert fjell("invoice", "status", "1", "--business", "fjell").code == ExitCode.DONE
    return fjell


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return make_container(Settings(home=tmp_path / "home"))


def _records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


class TestExport:
    def test_all_that_is_kept_is_there(self, sent: Kvitt, tmp_path: Path) -> None:
        file = tmp_path / "out.jsonl"
        answer = sent("business", "export", "fjell", "--output", file, "--json")
        assert answer.code == ExitCode.DONE
        first, business, *records, last = _records(file)
        counts = Counter(one["record"] for one in records)
        assert (first["record"], first["format"], first["business"]) == ("export", 1, "fjell")
        assert business["accounting"]["account_name"] == demo_business()["accounting"]["account_name"]
        assert last == {"record": "end", "counts": dict(counts)}
        assert answer.json == {"business": "fjell", "file": str(file), "counts": dict(counts)}
        assert counts["invoice"] == 2
        assert {"transfer", "step", "status", "customer_link", "reference_data", "audit"} <= set(counts)
        invoice = next(one for one in records if one["record"] == "invoice" and one["number"] == "1")
        assert invoice["customer"]["name"] == "Kari Kanari"
        assert invoice["rows"][0]["unit_price"] == "1200.00"

    def test_no_secret_is_there(self, sent: Kvitt, tmp_path: Path) -> None:
        file = tmp_path / "out.jsonl"
        assert sent("business", "export", "fjell", "--output", file).code == ExitCode.DONE
        connection = demo_business()["accounting"]
        secrets = [connection["password"], connection["application_id"], "sealed"]
        assert not [secret for secret in secrets if secret in file.read_text()]

    def test_the_file_is_its_owners_alone_and_replaces_an_earlier_one(self, sent: Kvitt, tmp_path: Path) -> None:
        (tmp_path / "fjell.jsonl").write_text("an earlier one")
        assert sent("business", "export", "fjell", "--output", tmp_path).code == ExitCode.DONE
        assert _records(tmp_path / "fjell.jsonl")[-1]["record"] == "end"
        assert stat.S_IMODE((tmp_path / "fjell.jsonl").stat().st_mode) == 0o600
        assert not list(tmp_path.glob(".*part"))

    def test_it_can_be_packed(self, sent: Kvitt, tmp_path: Path) -> None:
        assert sent("business", "export", "fjell", "--output", tmp_path / "out.zip").code == ExitCode.DONE
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            assert archive.namelist() == ["fjell.jsonl"]
            assert json.loads(archive.read("fjell.jsonl").splitlines()[-1])["record"] == "end"

    def test_an_unknown_business_leaves_no_file(self, fjell: Kvitt, tmp_path: Path) -> None:
        answer = fjell("business", "export", "nobody", "--output", tmp_path / "out.jsonl", "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "unknown_business")
        assert not list(tmp_path.glob("*out*"))

    @pytest.mark.parametrize("place", ["missing/out.jsonl", "fjell.json/out.jsonl"])
    def test_a_place_that_cannot_be_written_is_named(self, fjell: Kvitt, tmp_path: Path, place: str) -> None:
        answer = fjell("business", "export", "fjell", "--output", tmp_path / place, "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "unwritable_file")
        assert place in answer.json["detail"]

    def test_what_is_no_file_is_never_replaced_by_one(self, fjell: Kvitt, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        answer = fjell("business", "export", "fjell", "--output", pipe, "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "unwritable_file")
        assert str(pipe) in answer.json["detail"]
        assert pipe.is_fifo()

    @pytest.mark.parametrize("many", [3_000, pytest.param(100_000, marks=pytest.mark.attack)])
    @pytest.mark.attack
    def test_memory_stays_flat(self, fjell: Kvitt, container: Container, many: int) -> None:
        peaks = []
        with closing(container.storage()):
            for numbers in (range(1_000), range(1_000, many)):
                _store(container, numbers)
                tracemalloc.start()
                count = sum(1 for _ in container.export_business().records("fjell"))
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        assert count == many + 6  # what it is, the business, the end, and three entries of the audit trail
        assert peaks[1] < 1.5 * peaks[0]


class TestErase:
    def test_nothing_personal_and_no_secret_is_left_in_the_files(
        self, sent: Kvitt, container: Container, tmp_path: Path
    ) -> None:
        def kept() -> bytes:
            with closing(container.storage()):
                pass
            return b"".join(file.read_bytes() for file in (tmp_path / "home").iterdir())

        before = kept()
        assert all(word.encode() in before for word in PERSONAL)
        answer = sent("business", "erase", "fjell", "--yes", "--json")
        assert answer.json == {"erased": True, "business": "fjell", "open_orders": []}
        after = kept()
        assert not [word for word in PERSONAL if word.encode() in after]

    def test_the_business_is_not_there_any_more(self, sent: Kvitt) -> None:
        assert sent("business", "erase", "fjell", "--yes").code == ExitCode.DONE
        assert sent("business", "list", "--json").json == []
        for command in (["business", "show", "fjell"], ["invoice", "list", "--business", "fjell"]):
            answer = sent(*command, "--json")
            assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "unknown_business")

    def test_what_was_sent_is_never_sent_twice(self, sent: Kvitt, books: Books) -> None:
        (transfer,) = sent("transfer", "list", "--json").json
        assert sent("business", "erase", "fjell", "--yes").code == ExitCode.DONE
        (left,) = sent("transfer", "list", "--json").json
        assert left == {**transfer, "customer_id": None}
        assert sent("business", "add", "fjell", "--file", sent.file("again.json", demo_business())).code == 0
        again = sent("invoice", "add", sent.file("1.json", an_invoice("1")), "--business", "fjell", "--json")
        assert again.code == ExitCode.REFUSED
        assert "already_sent" in again.out
        sent("invoice", "send", "--all", "--business", "fjell")
        assert sent("invoice", "send", "1", "--business", "fjell", "--json").json["order_id"] == left["order_id"]
        assert len(books.orders) == 1

    def test_its_keys_open_nothing_any_more_and_the_trail_tells_of_it(self, sent: Kvitt) -> None:
        made = sent("api-key", "create", "till", "--business", "fjell", "--json").json
        other = sent("api-key", "create", "office", "--administrator", "--json").json
        sent("business", "erase", "fjell", "--yes")
        keys = {one["prefix"]: one["revoked_at"] for one in sent("api-key", "list", "--json").json}
        assert keys[made["prefix"]] is not None
        assert keys[other["prefix"]] is None
        (last, *_) = sent("audit", "--json").json
        assert (last["action"], last["business"], last["result"]) == ("business.erased", "fjell", "done")

    def test_unasked_it_erases_nothing(self, sent: Kvitt) -> None:
        answer = sent("business", "erase", "fjell", "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "not_confirmed")
        assert sent("invoice", "show", "1", "--business", "fjell").code == ExitCode.DONE

    def test_an_unknown_business_is_said_to_be_unknown(self, fjell: Kvitt) -> None:
        assert fjell("business", "erase", "nobody", "--yes", "--json").json["code"] == "unknown_business"

    def test_live_transfers_are_in_the_way_until_they_are_taken_back(self, fjell: Kvitt, container: Container) -> None:
        fjell.add(an_invoice("1"))
        with closing(container.storage()), container.queue.override(providers.Object(Unattended())):
            transfer = container.send_invoice().send("fjell", "1")
        for options in ([], ["--force"]):
            answer = fjell("business", "erase", "fjell", "--yes", "--json", *options)
            assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "transfers_live")
        assert fjell("transfer", "cancel", transfer.id, "--json").json["error"]["code"] == "cancelled"
        assert fjell("business", "erase", "fjell", "--yes").code == ExitCode.DONE

    def test_orders_that_may_exist_are_in_the_way_unless_forced(self, sent: Kvitt, container: Container) -> None:
        with closing(container.storage()) as storage, storage.transaction() as work:
            work.intents.put("fjell", Intent(kind=IntentKind.ORDER, key="1", first_at=NOW, last_at=NOW))
        answer = sent("business", "erase", "fjell", "--yes", "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "orders_open")
        assert "invoices 1." in answer.json["detail"]
        forced = sent("business", "erase", "fjell", "--yes", "--force", "--json")
        assert forced.json["open_orders"] == ["1"]
        assert "Look for the orders" in forced.err

    def test_a_business_that_a_worker_holds_is_not_erased(self, sent: Kvitt, container: Container) -> None:
        with closing(container.storage()) as storage, storage.transaction() as work:
            work.leases.acquire("fjell", holder="a worker", length=Settings().lease)
        answer = sent("business", "erase", "fjell", "--yes", "--json")
        assert (answer.code, answer.json["code"]) == (ExitCode.REFUSED, "business_busy")
        assert sent("invoice", "show", "1", "--business", "fjell").code == ExitCode.DONE

    def test_what_came_in_while_it_was_erased_is_erased_by_doing_it_again(
        self, sent: Kvitt, container: Container
    ) -> None:
        assert sent("business", "erase", "fjell", "--yes").code == ExitCode.DONE
        _store(container, range(1))
        assert sent("business", "erase", "fjell", "--yes").code == ExitCode.DONE
        with closing(container.storage()) as storage, storage.transaction() as work:
            assert [one.number for one in work.invoices.list("fjell", limit=9)] == ["1"]


def _store(container: Container, numbers: Sequence[int]) -> None:
    from core.invoice import Invoice

    with container.storage().transaction() as work:
        for number in numbers:
            work.invoices.put("fjell", Invoice.model_validate(an_invoice(f"{number:07}")))

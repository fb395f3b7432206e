"""Reference data."""

from core.ports.storage import Storage
from tests.storage_contract.samples import MINUTE, NOW, WithBusinesses


class ReferenceContract(WithBusinesses):
    """What was read of products and codes, and when."""

    def test_reference_data_is_kept_with_when_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.references.put("fjell", "vat", '["ø"]', now=NOW)
            work.references.put("fjell", "product", "{}", now=NOW)
            assert work.references.all("fjell") == {"vat": ('["ø"]', NOW), "product": ("{}", NOW)}
            assert work.references.all("vidde") == {}
            work.references.put("fjell", "vat", "[]", now=NOW + MINUTE)
            assert work.references.all("fjell")["vat"] == ("[]", NOW + MINUTE)

    def test_reference_data_is_forgotten_for_one_business_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business, name in (("fjell", "vat"), ("fjell", "product"), ("vidde", "vat")):
                work.references.put(business, name, "[]", now=NOW)
            work.references.drop("fjell")
            assert work.references.all("fjell") == {}
            assert work.references.all("vidde") == {"vat": ("[]", NOW)}

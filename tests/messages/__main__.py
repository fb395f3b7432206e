"""Bring the catalogues up to date and compile them: `python -m tests.messages`, which is what `make messages` does."""

from entrypoints.language.at_hand import Language
from tests.messages.catalogues import brought_up_to_date, compiled, po_of, written

if __name__ == "__main__":
    for language in Language:
        if language is not Language.ENGLISH:
            catalogue, po = brought_up_to_date(language), po_of(language)
            po.parent.mkdir(parents=True, exist_ok=True)
            po.write_bytes(written(catalogue))
            po.with_suffix(".mo").write_bytes(compiled(catalogue))
            left = [message.id for message in catalogue if message.id and not message.string]
            print(f"Wrote {po.name}: {len(catalogue)} sentences, {len(left)} of them to be translated.")
            for template in left[:20]:
                print(f"  {template}")

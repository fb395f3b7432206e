"""Write the pages anew: `python -m tests.pages`, which is what `make docs` does."""

from tests.pages.pages import PAGES

if __name__ == "__main__":
    for page, written in PAGES.items():
        page.write_text(written(), encoding="utf-8")
        print(f"Wrote {page.name}.")

// The pages are complete without this. It keeps them up to date: it asks for the same address every two seconds, and
// puts what has changed in place of what is shown. Focus, what was typed, what was opened and the place on the page stay.
"use strict";

(() => {
  const EVERY = 2000;
  const said = document.getElementById("said");
  const gone = document.getElementById("gone");
  let shown = document.querySelector("main").outerHTML;
  let etag = "";
  let pressed = false;
  let asking = false;

  const typed = (field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.value !== field.defaultValue;

  function keep(now, later, sent) {
    for (const details of now.querySelectorAll("details[open]"))
      if (!details.contains(sent)) later.querySelector(`#${details.id}`)?.setAttribute("open", "");
    for (const field of now.querySelectorAll("input[id], select[id]")) {
      const same = later.querySelector(`#${field.id}`);
      if (!same || field.form === sent || !typed(field)) continue;
      if (field.type === "radio") same.checked = field.checked;
      else same.value = field.value;
    }
  }

  function focusAgain(focused, row, caret) {
    const same = focused && document.getElementById(focused);
    const target = same || (row && document.getElementById(row)) || document.querySelector("h1");
    target.focus({ preventScroll: true });
    if (same && caret && same.setSelectionRange) same.setSelectionRange(...caret);
  }

  function show(html, sent) {
    const later = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    if (!later || (later.outerHTML === shown && !sent)) return;
    shown = later.outerHTML;
    const now = document.querySelector("main");
    const active = now.contains(document.activeElement) ? document.activeElement : null;
    const row = active?.closest("[data-row]");
    const caret = active?.type === "text" || active?.type === "search" ? [active.selectionStart, active.selectionEnd] : null;
    const anchor = row
      ?? (scrollY > 0 && [...now.querySelectorAll("[data-row]")].find((one) => one.getBoundingClientRect().bottom > 0));
    const top = anchor && anchor.getBoundingClientRect().top;
    keep(now, later, sent);
    now.replaceWith(later);
    if (active) focusAgain(active.id, row?.id, caret);
    const same = anchor && document.getElementById(anchor.id);
    if (same) scrollBy(0, same.getBoundingClientRect().top - top);
  }

  async function look() {
    if (document.hidden || pressed || asking || document.getElementById("trouble")) return; // what was refused is read in peace
    asking = true;
    const address = location.pathname + location.search;
    try {
      const answer = await fetch(address, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.status === 200) {
        const html = await answer.text();
        if (!pressed && asking) {
          etag = answer.headers.get("ETag") ?? "";
          show(html);
        }
      }
      gone.hidden = true;
    } catch {
      gone.textContent = gone.dataset.text;
      gone.hidden = false;
    } finally {
      asking = false;
    }
  }

  async function send(form, button) {
    asking = false; // what is under way already shows what was before
    pressed = true;
    try {
      const body = new URLSearchParams(new FormData(form, button));
      const answer = await fetch(form.action, { method: "POST", body });
      const html = await answer.text();
      show(html, form);
      etag = "";
      const trouble = document.getElementById("trouble");
      if (trouble) {
        (document.querySelector("[aria-invalid]") ?? trouble).focus();
        return;
      }
      const row = form.closest("[data-row]");
      said.textContent = form.dataset.done ?? document.getElementById(row?.id)?.dataset.said ?? "";
    } catch {
      gone.textContent = gone.dataset.text;
      gone.hidden = false;
    } finally {
      pressed = false;
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  // A button that is being pressed is not replaced under the finger.
  addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => { setTimeout(() => { pressed = false; }); });
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
})();

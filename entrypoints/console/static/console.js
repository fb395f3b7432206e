// What makes the console quicker under the hands. Nothing needs it: every page works without scripts.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isTyping = (element) => element.matches("input:not([type=checkbox]), select, textarea");

function begin(within) {
  for (const element of all(".needs-script", within)) element.hidden = false;
  for (const form of all("form[data-counts]", within)) count(form);
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  for (const element of all(".needs-passkeys", within)) element.hidden = false;
  for (const form of all("form[data-passkey]", within)) form.requestSubmit();
}

// A form of a list says on its button how many are selected.
function count(form) {
  const boxes = all("input[type=checkbox][name]", form);
  const number = boxes.filter((box) => box.checked).length;
  for (const place of all("[data-count]", form)) place.textContent = number ? ` (${number})` : "";
  const every = form.querySelector("[data-selects]");
  if (every) {
    every.checked = number > 0 && number === boxes.length;
    every.indeterminate = number > 0 && number < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-counts]");
  if (!form) return;
  if (event.target.matches("[data-selects]")) {
    for (const box of all("input[type=checkbox][name]", form)) box.checked = event.target.checked;
  }
  count(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.opens) {
    event.preventDefault();
    if (button.form && !button.form.reportValidity()) return;
    document.getElementById(button.dataset.opens).showModal();
  } else if ("closes" in button.dataset) {
    button.closest("dialog").close();
  } else if (button.dataset.copies) {
    copy(button);
  }
});

async function copy(button) {
  const said = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copies);
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = said; }, 2000);
}

// What a page asks of a passkey goes to the browser, and the browser's answer back with the form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.passkey || form.dataset.sent) return;
  event.preventDefault();
  answer(form);
});

async function answer(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  const asked = JSON.parse(form.dataset.asked);
  try {
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
    form.elements.answer.value = JSON.stringify(credential);
    form.submit();
  } catch {
    failed.hidden = false;
    delete form.dataset.sent;
  }
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog" || event.target.method === "get") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return; // only a page that was gone back to has been sent before
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

// A menu closes when one goes on elsewhere, or by Escape, which leaves one at what opened it.
const closeMenus = (but) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(but)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (!menu) return;
  menu.querySelector("summary").focus();
  menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const rows = all("[data-row] a[data-opens-row]");
  const row = event.target.closest("[data-row]");
  const here = rows.findIndex((link) => link.closest("[data-row]") === row);
  const act = {
    "/": () => document.querySelector("input[type=search]")?.focus(),
    j: () => rows[Math.min(here + 1, rows.length - 1)]?.focus(),
    k: () => rows[Math.max(here - 1, 0)]?.focus(),
    x: () => row?.querySelector("input[type=checkbox]")?.click(),
    "?": () => document.getElementById("keys").showModal(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Files may be dropped anywhere in their field; too much of them is told of before it is sent.
document.addEventListener("dragover", (event) => drop(event, true));
document.addEventListener("dragleave", (event) => drop(event, false));
document.addEventListener("drop", (event) => {
  const input = drop(event, false);
  if (!input || !event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

function drop(event, isOver) {
  const area = event.target.closest?.("form[data-drops]")?.querySelector(".drop");
  if (!area) return null;
  event.preventDefault();
  area.classList.toggle("over", isOver);
  return area.querySelector("input[type=file]");
}

document.addEventListener("change", (event) => {
  const most = Number(event.target.dataset.mostBytes);
  if (!most) return;
  const sum = [...event.target.files].reduce((bytes, file) => bytes + file.size, 0);
  const said = sum > most ? event.target.dataset.tooLarge : "";
  event.target.setCustomValidity(said);
  document.getElementById("files-fault").textContent = said;
});

// What was typed into a form that was sent after the session's end is typed in again once one is back from signing in.
const TYPED = "kvitt-typed";
const user = () => document.querySelector("[data-user]")?.dataset.user;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !user() || form.querySelector("[type=password]")) return;
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf");
  sessionStorage.setItem(TYPED, JSON.stringify({ path: location.pathname, user: user(), fields }));
});

function typeAgain() {
  const typed = JSON.parse(sessionStorage.getItem(TYPED) ?? "null");
  if (!typed) return;
  if (!user()) {
    sessionStorage.setItem(TYPED, JSON.stringify({ ...typed, isLate: true }));
    return;
  }
  sessionStorage.removeItem(TYPED);
  if (!typed.isLate || typed.user !== user() || typed.path !== location.pathname) return;
  const left = [...typed.fields];
  for (const element of all("main input, main select, main textarea")) {
    const place = left.findIndex(([name, value]) => name === element.name && (element.type !== "checkbox" || value === element.value));
    if (element.type === "hidden" || place < 0) continue;
    if (element.type === "checkbox") element.checked = true;
    else element.value = left[place][1];
    left.splice(place, 1);
    const folded = element.closest("details");
    if (folded) folded.open = true;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.addEventListener("htmx:afterSwap", (event) => begin(event.target));
begin(document);
typeAgain();

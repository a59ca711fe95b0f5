// What is more pleasant with a script; every page works without.
"use strict";

// What needs attention takes the focus: the summary of errors, the confirmation.
document.querySelector("[data-focus]")?.focus();
document.querySelectorAll(".errors a").forEach((link) => {
  link.addEventListener("click", (event) => {
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") ?? field).focus();
  });
});

// A second click of the same button sends nothing more.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

// A part that depends on what is typed in a field: data-live="/path?name=" is asked with the field's value.
document.querySelectorAll("[data-live]").forEach((place) => {
  const field = document.getElementById(place.dataset.field);
  let asked = "";
  field?.addEventListener("input", async () => {
    asked = field.value;
    if (!asked || !field.validity.valid) return place.replaceChildren();
    const about = asked;
    const answer = await fetch(place.dataset.live + encodeURIComponent(about), { headers: { Accept: "text/html" } }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? await answer.text() : "";
    if (about === asked) place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  });
});

// How many characters are left; they are counted as the platform does, not as UTF-16 has them.
document.querySelectorAll("[data-count]").forEach((place) => {
  const field = document.getElementById(place.dataset.count);
  const count = () => {
    const left = Number(place.dataset.most) - [...field.value].length;
    place.textContent = (left < 0 ? place.dataset.over : place.dataset.left).replace("{}", Math.abs(left));
    place.classList.toggle("error", left < 0);
  };
  field.addEventListener("input", count);
  count();
});

// Files that are too large are not sent in vain.
document.querySelectorAll("[data-largest]").forEach((field) => {
  field.addEventListener("change", () => {
    const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
    field.setCustomValidity(size > Number(field.dataset.largest) ? field.dataset.tooLarge : "");
    field.reportValidity();
  });
});

// A page about something that is still being decided looks again: data-again="seconds".
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.again) * 1000);

// One box to tick all boxes of a table.
document.querySelectorAll("[data-all]").forEach((box) => {
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    document.querySelectorAll(`input[name="${box.dataset.all}"]`).forEach((each) => { each.checked = box.checked; });
  });
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

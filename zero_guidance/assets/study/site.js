// Keys for the rating page; without this file the buttons and links do the same.
"use strict";
const form = document.getElementById("rating");
let sent = false;  // a second key before the next page would answer again
if (form) {
  form.addEventListener("submit", event => { if (sent) event.preventDefault(); sent = true; });
  window.addEventListener("pageshow", () => { sent = false; });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || sent) return;
    if (/^[0-3]$/.test(event.key)) form.querySelector(`button[value="${event.key}"]`).click();
    const link = { ArrowLeft: "back", Backspace: "back", ArrowRight: "next" }[event.key];
    const target = link && document.getElementById(link);
    if (target) { event.preventDefault(); target.click(); }
  });
}

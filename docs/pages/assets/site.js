// wide tables scroll; who uses the keyboard must be able to reach them
window.addEventListener("load", () => setTimeout(() =>
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((table) => { table.tabIndex = 0; }), 300));

// Pages are whole without this file. It keeps the live parts from disturbing who reads them.
"use strict";

const held = (part) => {
  const chosen = window.getSelection();
  const selecting = chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode);
  return selecting || part.querySelector(":focus-visible") !== null;
};

// A page that nobody sees asks for nothing; a part holds still while somebody selects in it or walks it by keyboard.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden || held(event.target)) event.preventDefault();
});

// What was opened and scrolled stays so.
let opened = [];
let scrolled = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  if (held(part)) event.detail.shouldSwap = false;
  opened = [...part.querySelectorAll("details[open]")].map((details) => details.id);
  scrolled = [...part.querySelectorAll(".scroll")].map((region) => region.scrollLeft);
});
document.addEventListener("htmx:load", (event) => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  event.detail.elt.querySelectorAll(".scroll").forEach((region, place) => { region.scrollLeft = scrolled[place] ?? 0; });
});

// The door does not answer, or the session is over: say that what is shown is old.
const stale = (old) => document.body.classList.toggle("stale", old);
document.addEventListener("htmx:afterRequest", (event) => stale(!event.detail.successful));

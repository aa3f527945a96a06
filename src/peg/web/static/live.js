// The page is whole without this script, which only keeps it fresh: the server draws each moment,
// and what has changed is put into its place.
"use strict";

const AGAIN_MS = 3000;
const line = document.getElementById("line");
const hold = document.getElementById("hold");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let newest = "";
let seenAt = new Date();

const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false };
const DAY = { day: "numeric", month: "short", year: "numeric" };
const timeOf = (date) => date.toLocaleTimeString([], { ...CLOCK, second: "2-digit" });
const isToday = (date) => date.toDateString() === new Date().toDateString();
const momentOf = (date) => (isToday(date) ? timeOf(date) : date.toLocaleString([], { ...DAY, ...CLOCK }));
const isHeld = () => hold.getAttribute("aria-pressed") === "true";

function glow(element) {
  if (calm.matches) return;
  element.animate([{ backgroundColor: "var(--glow)" }, { backgroundColor: "transparent" }], 1600);
}

// A list changes by its members, so that those who listen hear only what is new.
function keep(list, fresh) {
  const wanted = new Set(Array.from(fresh.children, (member) => member.id));
  for (const member of [...list.children]) if (!wanted.has(member.id)) member.remove();
  [...fresh.children].forEach((member, place) => {
    const known = document.getElementById(member.id);
    if (known?.isEqualNode(member)) return;
    if (known) known.replaceWith(member);
    else list.insertBefore(member, list.children[place] ?? null);
    glow(member);
  });
}

// Times in the reader's own timezone.
function tellTime(within) {
  for (const time of within.querySelectorAll("time")) time.textContent = momentOf(new Date(time.dateTime));
}

function show(html) {
  const moment = document.createElement("template");
  moment.innerHTML = html;
  tellTime(moment.content);
  for (const fresh of moment.content.querySelectorAll("section[id], p[id], [data-keyed]")) {
    const old = document.getElementById(fresh.id);
    if ("keyed" in fresh.dataset) keep(old, fresh);
    else if (!old.isEqualNode(fresh)) old.replaceWith(fresh);
  }
}

function say(words, lost = false) {
  line.textContent = words;
  document.body.classList.toggle("lost", lost);
}

function listen() {
  const source = new EventSource("/live");
  source.onopen = () => say("Live");
  source.onmessage = ({ data }) => {
    newest = data;
    seenAt = new Date();
    if (!isHeld()) show(data);
  };
  source.onerror = () => {
    say(`PEG does not answer; this is how it was at ${timeOf(seenAt)}. Trying again.`, true);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  };
}

tellTime(document);
hold.hidden = false;
hold.onclick = () => {
  hold.setAttribute("aria-pressed", String(!isHeld()));
  if (!isHeld() && newest) show(newest);
};
listen();

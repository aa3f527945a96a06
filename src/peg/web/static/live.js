// The page is whole without this script; it only keeps it fresh.
"use strict";

const byId = (id) => document.getElementById(id);

function cell(text, number) {
  const td = document.createElement("td");
  td.textContent = text;
  if (number) td.className = "number";
  return td;
}

function fill(id, rows, empty, width) {
  const made = rows.map((cells) => {
    const tr = document.createElement("tr");
    tr.append(...cells);
    return tr;
  });
  if (!made.length) {
    const td = cell(empty);
    td.colSpan = width;
    const tr = document.createElement("tr");
    tr.append(td);
    made.push(tr);
  }
  byId(id).replaceChildren(...made);
}

function list(id, sentences, empty) {
  const items = (sentences.length ? sentences : [empty]).map((sentence) => {
    const li = document.createElement("li");
    li.textContent = sentence;
    return li;
  });
  byId(id).replaceChildren(...items);
}

function show(moment) {
  byId("at").textContent = moment.at;
  for (const figure of ["items", "behind", "open_cases", "open_questions"]) {
    byId(figure).textContent = moment[figure];
  }
  list("shops", moment.shops.map((s) => `${s.name} (${s.channel}): ${s.status}. ${s.status_sentence}`), "None yet.");
  list("alerts", moment.alerts.map((a) => a.sentence), "None.");
  fill("sales", moment.sales.map((s) => [
    cell(s.created_at), cell(s.name), cell(s.shop), cell(s.pieces.join(", ")),
    cell(s.seconds === null ? s.followed : s.seconds, true),
  ]), "No sales yet.", 5);
  fill("pieces", moment.pieces.map((p) => [
    cell(p.sku), cell(p.name), cell(p.available, true), cell(p.shown.shopify ?? "–", true),
    cell(p.shown.etsy ?? "–", true), cell(p.in_step ? "yes" : "on its way"),
  ]), "None yet.", 6);
}

const source = new EventSource("/api/live");
source.onmessage = (event) => show(JSON.parse(event.data));
source.onerror = () => { byId("line").textContent = "PEG does not answer; last seen"; };
source.onopen = () => { byId("line").textContent = "Last seen"; };

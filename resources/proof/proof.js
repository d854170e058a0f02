"use strict";
(function () {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const facts = read("facts");
  const byId = (id) => document.getElementById(id);
  const place = "phota-desktop-picks:" + facts.sheet;
  const chosen = new Map();
  let unsaved = false;
  let shown = -1;
  let opener = null;

  function remembered() {
    try { return JSON.parse(localStorage.getItem(place) || "{}"); } catch (error) { return {}; }
  }
  function remember() {
    const plain = {};
    for (const [key, one] of chosen) plain[key] = one;
    try { localStorage.setItem(place, JSON.stringify(plain)); } catch (error) { /* kept in this tab */ }
  }
  const before = remembered();
  for (const one of facts.pictures) {
    const old = before[one.key] || {};
    const choice = old.choice === "pick" || old.choice === "reject" ? old.choice : "";
    chosen.set(one.key, { choice, note: typeof old.note === "string" ? old.note : "" });
  }

  const cards = Array.from(document.querySelectorAll(".card"));
  const picture = (n) => cards[n].querySelector(".look img");

  function show() {
    let picks = 0;
    let rejects = 0;
    cards.forEach((card, n) => {
      const one = chosen.get(facts.pictures[n].key);
      picks += one.choice === "pick";
      rejects += one.choice === "reject";
      card.dataset.choice = one.choice;
      card.querySelectorAll(".choice").forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.value === one.choice)));
      const noted = card.querySelector(".noted");
      noted.textContent = one.note;
      noted.hidden = !one.note;
      const wanted = byId("only").value;
      card.hidden = wanted === "pick" ? one.choice !== "pick" : wanted === "open" ? one.choice !== "" : false;
    });
    byId("count").textContent = picks + " of " + cards.length + " picked" + (rejects ? ", " + rejects + " not wanted" : "");
    byId("empty").hidden = cards.some((card) => !card.hidden);
    if (shown >= 0) {
      const one = chosen.get(facts.pictures[shown].key);
      byId("bar").querySelectorAll(".choice").forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.value === one.choice)));
    }
  }
  function choose(n, value) {
    const one = chosen.get(facts.pictures[n].key);
    one.choice = one.choice === value ? "" : value;
    changed();
    const words = { pick: "picked", reject: "not wanted", "": "no choice" };
    byId("told").textContent = facts.pictures[n].name + ": " + words[one.choice];
  }
  function changed() { unsaved = true; remember(); show(); }

  function divide(percent) {
    const held = Math.max(0, Math.min(100, percent));
    byId("before").style.clipPath = "inset(0 " + (100 - held) + "% 0 0)";
    byId("line").style.left = held + "%";
    byId("swipe").value = String(held);
  }
  function open(n) {
    shown = n;
    const facts_n = facts.pictures[n];
    const original = cards[n].querySelector(".original");
    byId("after").src = picture(n).src;
    byId("after").alt = facts_n.name;
    byId("before").hidden = byId("line").hidden = byId("swipe").hidden = !original;
    byId("tagBefore").hidden = byId("tagAfter").hidden = !original;
    if (original) byId("before").src = picture_of(original);
    divide(50);
    byId("shownName").textContent = facts_n.name + " (" + (n + 1) + " of " + cards.length + ")";
    byId("note").value = chosen.get(facts_n.key).note;
    byId("viewer").hidden = false;
    document.body.style.overflow = "hidden";
    byId("sheet").inert = true;
    document.querySelector("header").inert = true;
    show();
    (original ? byId("swipe") : byId("close")).focus();
  }
  // Several pictures of one photo share its original: it is in the page once.
  function picture_of(original) { return byId("original-" + original.dataset.original).textContent.trim(); }
  function close() {
    byId("viewer").hidden = true;
    document.body.style.overflow = "";
    byId("sheet").inert = false;
    document.querySelector("header").inert = false;
    const last = shown;
    shown = -1;
    if (last >= 0 && !cards[last].hidden) cards[last].querySelector(".look").focus();
    else if (opener) opener.focus();
  }
  function step(by) {
    for (let n = shown + by; n >= 0 && n < cards.length; n += by) if (!cards[n].hidden) return open(n);
    return undefined;
  }

  cards.forEach((card, n) => {
    card.querySelector(".look").addEventListener("click", (event) => { opener = event.currentTarget; open(n); });
    card.querySelectorAll(".choice").forEach((button) =>
      button.addEventListener("click", () => choose(n, button.dataset.value)));
  });
  byId("bar").querySelectorAll(".choice").forEach((button) =>
    button.addEventListener("click", () => choose(shown, button.dataset.value)));
  byId("swipe").addEventListener("input", () => divide(Number(byId("swipe").value)));
  const stage = byId("stage");
  function follow(event) {
    const box = stage.getBoundingClientRect();
    divide(100 * (event.clientX - box.left) / box.width);
  }
  stage.addEventListener("pointerdown", (event) => {
    if (byId("swipe").hidden || event.button !== 0) return;
    event.preventDefault();
    byId("swipe").focus();
    stage.setPointerCapture(event.pointerId);
    follow(event);
  });
  stage.addEventListener("pointermove", (event) => { if (stage.hasPointerCapture(event.pointerId)) follow(event); });
  byId("note").addEventListener("input", () => {
    chosen.get(facts.pictures[shown].key).note = byId("note").value.slice(0, 2000);
    changed();
  });
  byId("close").addEventListener("click", close);
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("only").addEventListener("change", show);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && shown >= 0) { close(); return; }
    if (/^(TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const n = shown >= 0 ? shown : cards.findIndex((card) => card.contains(event.target));
    const key = event.key.toLowerCase();
    if (n >= 0 && key === "p") choose(n, "pick");
    else if (n >= 0 && key === "x") choose(n, "reject");
    else if (shown >= 0 && (event.key === "PageDown" || event.key === "ArrowDown")) step(1);
    else if (shown >= 0 && (event.key === "PageUp" || event.key === "ArrowUp")) step(-1);
    else return;
    event.preventDefault();
  });
  byId("save").addEventListener("click", () => {
    const picks = facts.pictures.map((one) => ({ key: one.key, name: one.name, ...chosen.get(one.key) }));
    const text = JSON.stringify({ format: "phota-desktop-picks", version: 1, sheet: facts.sheet, title: facts.title,
      saved: new Date().toISOString(), picks }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = facts.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    byId("told").textContent = "Saved as " + facts.file + ". Send this file back.";
    byId("saved").textContent = "Saved as " + facts.file + ". Send this file back to your photographer.";
    byId("saved").hidden = false;
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  show();
})();

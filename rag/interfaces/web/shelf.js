// The pane of sources, and what a question is limited to: the sources that are checked, and the fields of the scope.
(() => {
  "use strict";
  const { find, make } = chat;
  const DATES = { since: "Not older than ", until: "Not newer than " };
  const FEW = 3;  // sources that have a chip each; of more there is one for all
  const rows = () => [...document.querySelectorAll("#table li")];
  const named = (field) => document.querySelectorAll("#in-" + field + " input");

  // --- the scope: it stands in the conversation, and the page shows it ------------------------
  const none = () => ({ sources: [], kinds: [], publishers: [], since: "", until: "" });
  const whole = () => Object.assign(chat.now().scope, { ...none(), ...chat.now().scope });
  const scope = () => ({ ...whole(), k: Number(whole().k) || null, written: whole().how === "written" });
  const changed = () => {
    chat.keep(chat.now());
    scoped();
    filter();
  };
  const chip = (text, drop) => {
    const line = make("li"), button = make("button", "×", { type: "button" });
    button.setAttribute("aria-label", "No longer: " + text);
    button.addEventListener("click", () => { drop(); changed(); find("#box").focus(); });
    line.append(make("bdi", text), button);
    return line;
  };
  const chips = () => {
    const limits = whole(), titles = new Map(rows().map((row) => [row.dataset.source, row.dataset.title]));
    const one = (field, value, text) => chip(text, () => { limits[field] = limits[field].filter((other) => other !== value); });
    const some = limits.sources.length > FEW
      ? [chip(limits.sources.length + " of " + rows().length + " sources", () => { limits.sources = []; })]
      : limits.sources.map((id) => one("sources", id, titles.get(id) || id));
    return [
      ...some,
      ...limits.kinds.map((kind) => one("kinds", kind, "Kind: " + kind)),
      ...limits.publishers.map((name) => one("publishers", name, "Publisher: " + name)),
      ...Object.entries(DATES).filter(([field]) => limits[field])
        .map(([field, text]) => chip(text + limits[field], () => { limits[field] = ""; blame(field, ""); })),
    ];
  };
  // Shows the scope everywhere: the chips, the checks in the list, the fields.
  const scoped = () => {
    if (!find("#chips") || !chat.now()) return;
    const limits = whole();
    find("#chips").replaceChildren(...chips());
    for (const row of rows()) row.querySelector("input").checked = limits.sources.includes(row.dataset.source);
    for (const field of ["kinds", "publishers"])
      for (const input of named(field)) input.checked = limits[field].includes(input.value);
    for (const field of ["since", "until", "k"]) {
      const input = find("#scope #" + field);
      if (input !== document.activeElement) input.value = limits[field] || "";
    }
    for (const input of document.querySelectorAll("#how input")) input.checked = input.value === (limits.how || "");
  };
  const unscope = () => {
    Object.assign(whole(), none());
    blame("", "");
    changed();
  };
  const blame = (field, text) => {
    for (const name of Object.keys(DATES)) {
      const input = find("#scope #" + name), wrong = name === field && text;
      find("#" + name + "-fault").textContent = wrong ? text : "";
      input.toggleAttribute("aria-invalid", Boolean(wrong));
      if (wrong) { unfold(true); input.setAttribute("aria-invalid", "true"); input.focus(); }
    }
  };
  const unfold = (open) => {
    find("#scope").hidden = !open;
    find("#scope-button").setAttribute("aria-expanded", String(open));
  };
  const scoping = (element) => {
    element.querySelector("#scope-button").addEventListener("click", () => unfold(find("#scope").hidden));
    const form = element.querySelector("#scope");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      const limits = whole(), list = target.closest("#in-kinds, #in-publishers");
      if (list) {
        const field = list.id.slice(3);
        limits[field] = [...named(field)].filter((input) => input.checked).map((input) => input.value);
      } else limits[target.name] = target.value.trim();
      if (DATES[target.name]) blame("", "");
      changed();
    });
    offer();
  };
  // The kinds and publishers that there are.
  const offer = () => {
    for (const [field, key] of [["kinds", "kind"], ["publishers", "publisher"]]) {
      const box = find("#in-" + field + " div");
      const values = [...new Set(rows().map((row) => row.dataset[key]).filter(Boolean))].sort((a, b) => a.localeCompare(b));
      if (box && box.dataset.values !== JSON.stringify(values)) {
        box.dataset.values = JSON.stringify(values);
        box.replaceChildren(...values.map((value) => {
          const label = make("label"), input = make("input", "", { type: "checkbox", value });
          label.append(input, make("bdi", value));
          return label;
        }));
      }
    }
  };

  // --- the list ------------------------------------------------------------------------------
  const filter = () => {
    const input = find("#find input[type=search]"), words = input ? input.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    for (const row of rows()) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    const count = rows().length, left = rows().filter((row) => !row.hidden).length;
    const chosen = chat.now() ? whole().sources.length : 0;
    const told = (words.length ? left + " of " + count : count) + " sources" + (chosen ? ", " + chosen + " checked" : "; check some to narrow");
    const line = find("#find .count");
    if (line && line.textContent !== told) line.textContent = told;
  };
  const refresh = () => {
    const held = new Set(rows().map((row) => row.dataset.source));
    const now = chat.now();
    if (now && document.body.dataset.library === "ready" && now.scope.sources) now.scope.sources = now.scope.sources.filter((id) => held.has(id));
    const target = find("#target");
    if (target) {
      const named = (value, text) => make("option", text, { value });
      const chosen = target.value;
      target.replaceChildren(named("", "a source of its own"), ...rows().map((row) => named(row.dataset.source, "the full text of " + row.dataset.title)));
      target.value = held.has(chosen) ? chosen : "";
    }
    const list = find("#table ul"), told = find("#log .how");
    if (list && told && list.dataset.holding) told.textContent = list.dataset.holding;
    stay();
    offer();
    scoped();
    filter();
  };
  const listed = (element) => {
    element.addEventListener("change", ({ target }) => {
      if (target.type !== "checkbox") return;
      const limits = whole(), id = target.closest("li").dataset.source;
      limits.sources = target.checked ? [...limits.sources, id] : limits.sources.filter((other) => other !== id);
      changed();
    });
    new MutationObserver((seen) => {
      if (seen.some(({ target }) => !target.closest || !target.closest("form"))) refresh();
    }).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-source", "data-facts"] });
    refresh();
  };

  // --- what is told of a source -------------------------------------------------------------------
  const manage = (button, trigger) => {
    const { factsOf, remove, title, leave } = button.dataset;
    if (factsOf) return tell(button, trigger);
    if (leave) return forget();
    if (remove && window.confirm("Remove the full text of “" + title + "”? It is kept aside in the library's folder."))
      trigger("delete", { source: remove });
  };
  // The form stays until what was typed is kept, also where the list comes anew meanwhile.
  let telling = null;  // form, id and facts of its source, and whether it was sent
  const forget = () => {
    if (!telling) return;
    const { form, id } = telling, row = rows().find((one) => one.dataset.source === id);
    telling = null;
    form.remove();
    if (row) row.querySelector("[data-facts-of]").focus();
  };
  const stay = () => {
    if (!telling) return;
    const row = rows().find((one) => one.dataset.source === telling.id);
    if (!row || (telling.sent && row.dataset.facts !== telling.facts)) forget();
    else if (!row.contains(telling.form)) row.append(telling.form);
  };
  const tell = (button, trigger) => {
    forget();
    const row = button.closest("li"), facts = JSON.parse(row.dataset.facts);
    const form = find("#facts-form").content.firstElementChild.cloneNode(true);
    for (const field of form.elements) if (field.name) field.value = facts[field.name] === "unknown" ? "" : facts[field.name];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const told = {};
      for (const field of form.elements)
        if (field.name && field.value.trim() !== (facts[field.name] === "unknown" ? "" : facts[field.name])) told[field.name] = field.value;
      if (!Object.keys(told).length) return forget();
      telling.sent = true;
      trigger("edit", { source: facts.id, facts: told });
    });
    telling = { form, id: facts.id, facts: row.dataset.facts, sent: false };
    row.append(form);
    form.elements[0].focus();
  };

  // --- the pane, and what is added ------------------------------------------------------------------
  const choose = () => {
    if (!chat.slim.matches) return find("#find input[type=search]").focus();
    document.body.classList.add("choosing");
    find("#open-sources").setAttribute("aria-expanded", "true");
    find("#work").inert = true;
    find("#find h2").focus();
  };
  const shut = () => {
    if (!document.body.classList.contains("choosing")) return;
    document.body.classList.remove("choosing");
    find("#work").inert = false;
    find("#open-sources").setAttribute("aria-expanded", "false");
    find("#open-sources").focus();
  };
  const shelf = (element, trigger, upload) => {
    chat.triggers.shelf = trigger;
    element.querySelector("input[type=search]").addEventListener("input", filter);
    element.querySelector("[data-shut]").addEventListener("click", shut);
    const form = element.querySelector("#adding"), drop = element.querySelector("#drop");
    if (!form) return filter();
    const file = form.querySelector("#file"), address = form.querySelector("#address");
    const add = async (chosen) => {
      const target = form.querySelector("#target").value;
      try {
        const sent = chosen ? (await upload(chosen)).path : "";
        trigger("submit", { address: chosen ? "" : address.value, file: sent, target });
      } catch { find("#report").replaceChildren(make("p", "The file could not be sent to the server.", { className: "problem" })); }
      file.value = "";
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); add(null); });
    file.addEventListener("change", () => { if (file.files.length) add(file.files[0]); });
    const pane = find("#shelf");
    pane.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    pane.addEventListener("dragleave", () => drop.classList.remove("over"));
    pane.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) add(event.dataTransfer.files[0]);
    });
    element.querySelector("#rebuild").addEventListener("click", () => trigger("apply"));
    element.querySelector("#watching").addEventListener("change", ({ target }) => {
      trigger("change", { on: target.checked });
      if (target.checked) setTimeout(chat.look, 1000);
    });
    new MutationObserver(() => { if (find("#report .done")) address.value = ""; }).observe(find("#report") || element, { childList: true, subtree: true });
    refresh();
  };
  Object.assign(chat, { scope, scoped, scoping, unscope, blame, listed, manage, choose, shut, shelf });
})();

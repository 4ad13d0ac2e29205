// What the page's own parts do by themselves: open and close the source panel, show quotes,
// take answers away, filter the table. Everything else is asked of the server.
window.chat = (() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const narrow = window.matchMedia("(max-width: 60rem)");
  let opener = null;

  // --- the source panel -------------------------------------------------------------
  const leave = () => {
    if (opener) opener.removeAttribute("aria-current");
    opener = null;
  };
  const open = (button) => {
    leave();
    opener = button;
    button.setAttribute("aria-current", "true");
    find("#panel").setAttribute("aria-busy", "true");
    document.body.classList.add("reading");
    const work = find("#work");
    if (narrow.matches) work.inert = true;
  };
  const reveal = () => {
    const panel = find("#panel");
    panel.removeAttribute("aria-busy");
    let left = 40;
    const show = () => {
      const title = panel.querySelector("#panel-title");
      if (!title) return left-- > 0 ? setTimeout(show, 50) : undefined;
      const mark = panel.querySelector("mark");
      const stored = panel.querySelector(".stored");
      if (mark && stored) {
        const place = mark.getBoundingClientRect(), frame = stored.getBoundingClientRect();
        stored.scrollTop += place.top - frame.top - stored.clientHeight / 3;
        mark.tabIndex = -1;
        mark.focus({ preventScroll: true });
      } else {
        title.focus({ preventScroll: true });
      }
    };
    setTimeout(show, 50);
  };
  const close = () => {
    if (!document.body.classList.contains("reading")) return;
    document.body.classList.remove("reading");
    find("#work").inert = false;
    if (opener && opener.isConnected) opener.focus();
    leave();
  };
  narrow.addEventListener("change", () => {
    const work = find("#work");
    if (work) work.inert = narrow.matches && document.body.classList.contains("reading");
  });

  // --- who says what is cited, shown below or above the sentence ------------------------
  let tip = null;
  const hint = (button) => {
    if (!tip) {
      tip = document.createElement("div");
      tip.id = "tip";
      tip.setAttribute("role", "tooltip");
      document.body.append(tip);
    }
    tip.textContent = button.dataset.said;
    tip.hidden = false;
    button.setAttribute("aria-describedby", "tip");
    const at = button.getBoundingClientRect(), size = tip.getBoundingClientRect();
    const around = (button.closest("p, tr") || button).getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 20), window.innerWidth - size.width - 8);
    const below = around.bottom + 6, above = around.top - size.height - 6;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (below + size.height < window.innerHeight || above < 0 ? below : above) + "px";
  };
  const unhint = (button) => {
    if (tip) tip.hidden = true;
    if (button) button.removeAttribute("aria-describedby");
  };
  const citing = (event) => event.target.closest && event.target.closest("button[data-said]");
  for (const name of ["mouseover", "focusin"])
    document.addEventListener(name, (event) => { const b = citing(event); if (b) hint(b); });
  for (const name of ["mouseout", "focusout"])
    document.addEventListener(name, (event) => unhint(citing(event)));
  document.addEventListener("scroll", () => unhint(null), true);

  // --- keys --------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest && event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    if (tip && !tip.hidden) unhint(null);
    close();
  });
  // Gradio's tabs are reached with Tab only; arrows move between them as readers of tabs expect.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tab = step && event.target.closest && event.target.closest("[role=tab]");
    if (!tab) return;
    const tabs = [...tab.parentElement.querySelectorAll("[role=tab]")];
    tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  // --- taking away --------------------------------------------------------------------
  let copying = null;
  const take = (value) => {
    if (!value) return;
    const { name, mime, text, how } = JSON.parse(value);
    if (how === "copy") {
      const say = (word) => { if (copying && copying.isConnected) copying.textContent = word; };
      navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Not allowed here"));
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: mime + ";charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  // --- a verdict with a reason ---------------------------------------------------------
  const askReason = (button, trigger) => {
    const turn = Number(button.dataset.turn), verdict = button.dataset.rate;
    const tools = button.closest(".tools");
    const old = tools.querySelector("form.reason");
    if (old) old.remove();
    const form = document.createElement("form");
    form.className = "reason";
    const label = document.createElement("label");
    label.textContent = verdict === "good" ? "What helped? (optional)" : "What was wrong? (optional)";
    const input = document.createElement("input");
    input.type = "text"; input.maxLength = 1000;
    const send = document.createElement("button");
    send.type = "submit"; send.textContent = "Keep verdict";
    label.append(input); form.append(label, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trigger("like", { turn, verdict, reason: input.value });
    });
    tools.append(form);
    input.focus();
  };

  // --- clicks in what the server rendered ----------------------------------------------
  const clicked = (button, trigger) => {
    const data = button.dataset;
    if (data.doc !== undefined) {
      open(button);
      trigger("select", { doc: data.doc, start: Number(data.start), end: Number(data.end), quote: data.quote || "" });
    } else if (data.close) close();
    else if (data.door) { const door = find(data.door); door.click(); door.focus(); }
    else if (data.ask) trigger("submit", { question: data.ask });
    else if (data.retry) trigger("retry", { turn: Number(data.retry) });
    else if (data.edit) trigger("edit", { turn: Number(data.edit) });
    else if (data.copy) { copying = button; trigger("copy", { turn: Number(data.turn), form: data.copy, how: "copy" }); }
    else if (data.save) {
      button.closest("details").open = false;
      trigger("copy", { turn: Number(data.turn), form: data.save, how: "save" });
    } else if (data.rate) askReason(button, trigger);
    else if (data.remove) {
      if (window.confirm("Remove the full text of “" + data.title + "”? It is kept aside in the library's folder."))
        trigger("delete", { source: data.remove });
    }
  };
  const wire = (element, trigger) => {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && element.contains(button)) clicked(button, trigger);
    });
    if (element.closest("#log")) watch(element);
  };
  // A new turn is kept at the top of the view until it is complete, unless the reader scrolls.
  const watch = (element) => {
    let count = 0, pinned = false;
    for (const name of ["wheel", "touchmove"]) document.addEventListener(name, () => { pinned = false; }, { passive: true });
    new MutationObserver(() => {
      const turns = element.querySelectorAll(".turn");
      const last = turns[turns.length - 1];
      if (turns.length > count) pinned = true;
      count = turns.length;
      if (!last || !pinned) return;
      requestAnimationFrame(() => last.scrollIntoView({ block: "start", behavior: "auto" }));
      if (!last.classList.contains("waiting")) pinned = false;
    }).observe(element, { childList: true, subtree: true });
  };
  const write = () => { const box = find("#question textarea"); if (box) box.focus(); };

  // --- what the library is doing, until it is open ---------------------------------------
  const follow = (element, trigger) => {
    const root = (window.gradio_config && window.gradio_config.root) || "";
    const look = async () => {
      let told;
      try { told = await (await fetch(root + "/healthz")).json(); }
      catch { return setTimeout(look, 2000); }
      const line = document.createElement("p");
      line.setAttribute("role", "status");
      line.className = "library " + told.status;
      line.textContent = told.status === "ready" ? "" : told.detail + (told.status === "loading" ? " …" : "");
      if (told.status === "loading") {
        const bar = document.createElement("progress");
        bar.setAttribute("aria-label", "Opening the library");
        if (told.share !== null) bar.value = told.share;
        line.append(bar);
      }
      element.replaceChildren(...(told.status === "ready" ? [] : [line]));
      if (told.status === "ready") trigger("load");
      else setTimeout(look, 700);
    };
    look();
  };

  const ready = () => { document.body.dataset.library = "ready"; };

  // --- the table's filter -----------------------------------------------------------------
  const search = (element) => {
    const input = element.querySelector("input");
    const filter = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rows = [...document.querySelectorAll("#table tbody tr")];
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown++;
      }
      const count = find("#table .count");
      const said = words.length ? shown + " of " + rows.length + " sources" : rows.length + " sources";
      if (count && count.textContent !== said) count.textContent = said;
    };
    input.addEventListener("input", filter);
    new MutationObserver(() => {
      filter();
      // Gradio's label for the upload says other words than it shows; the shown ones serve.
      for (const drop of document.querySelectorAll("#file button[aria-label]")) drop.removeAttribute("aria-label");
    }).observe(find("#work"), { childList: true, subtree: true });
  };

  return { wire, reveal, take, write, follow, ready, search };
})();

// The reader, who says what at the numbers, keys, and what is taken away. The other scripts add to `chat`:
// keeping.js the conversations that the browser keeps, asking.js the questions, shelf.js sources and scope.
window.chat = (() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const narrow = window.matchMedia("(max-width: 60rem)"), slim = window.matchMedia("(max-width: 74.99rem)");
  const root = () => (window.gradio_config && window.gradio_config.root) || "";
  const make = (tag, text = "", named = {}) => {
    const element = Object.assign(document.createElement(tag), named);
    element.textContent = text;
    return element;
  };
  const say = (text) => { const told = find("#spoken"); if (told) told.textContent = text; };
  const triggers = {};

  // --- the reader -------------------------------------------------------------------
  // What it shows stands in gradio's piece; where the server cannot be reached, `lost` stands in its place.
  let opener = null, lost = null;
  const leave = () => {
    if (opener) opener.removeAttribute("aria-current");
    if (lost) lost.remove();
    opener = lost = null;
  };
  const still = () => {
    const list = document.body.classList;
    find("#work").inert = (narrow.matches && list.contains("reading")) || (slim.matches && list.contains("choosing"));
  };
  const open = (button) => {
    leave();
    opener = button;
    button.setAttribute("aria-current", "true");
    find("#panel").setAttribute("aria-busy", "true");
    document.body.classList.remove("choosing");
    document.body.classList.add("reading");
    still();
    const { doc, start, end, quote } = button.dataset;
    triggers.log("select", { doc, start: Number(start), end: Number(end), quote: quote || "" });
    chat.expect(() => opener === button && find("#panel").hasAttribute("aria-busy"));
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
      stepping(panel.querySelector(".steps"));
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
    still();
    if (opener && opener.isConnected) opener.focus();
    leave();
  };
  const unreachable = (words) => {
    const panel = find("#panel");
    if (!panel.hasAttribute("aria-busy")) return false;
    panel.removeAttribute("aria-busy");
    lost = make("section", "", { className: "source lost" });
    const head = make("div", "", { className: "head" }), shut = make("button", "Close", { type: "button", className: "close" });
    shut.addEventListener("click", close);
    head.append(shut);
    const why = make("p", "", { className: "problem" });
    why.setAttribute("role", "alert");
    why.append(...words);
    lost.append(head, make("h2", "This text cannot be read now"), why);
    find("#side").append(lost);
    shut.focus();
    return true;
  };
  // The citations of the answer that is read from, one a place, in reading order.
  const cited = () => {
    const turn = opener && opener.matches("[data-said]") && opener.closest(".turn");
    const places = new Map();
    for (const cite of turn ? turn.querySelectorAll("button[data-said]") : [])
      if (cite === opener || !places.has(place(cite))) places.set(place(cite), cite);
    return [...places.values()];
  };
  const place = ({ dataset }) => dataset.doc + " " + dataset.start;
  const at = (all) => all.findIndex((cite) => place(cite) === place(opener));
  const stepping = (nav) => {
    const all = cited();
    if (!nav || all.length < 2) return;
    nav.hidden = false;
    nav.querySelector("span").textContent = "Citation " + (at(all) + 1) + " of " + all.length;
    for (const button of nav.querySelectorAll("button"))
      button.disabled = !all[at(all) + Number(button.dataset.step)];
  };
  const step = (by) => {
    const all = cited(), next = all.length && all[at(all) + by];
    if (next) open(next);
  };
  for (const width of [narrow, slim]) width.addEventListener("change", () => { if (find("#work")) still(); });

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
    if (document.body.classList.contains("reading")) close();
    else chat.shut();
  });
  document.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by && !event.altKey && !event.ctrlKey && !event.metaKey && event.target.closest && event.target.closest("#side")) step(by);
  });
  // What lies over the page is left by a press beside it; by `click` it would shut as it opens.
  document.addEventListener("mousedown", (event) => {
    if (!find("#work") || !find("#work").inert || event.target.closest("#side, #shelf")) return;
    close();
    chat.shut();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  // --- taking away --------------------------------------------------------------------
  let copying = null;
  const take = ({ name, mime, text, how }) => {
    if (!text) return;
    if (how === "copy") {
      const told = (word) => { if (copying && copying.isConnected) copying.textContent = word; };
      navigator.clipboard.writeText(text).then(() => told("Copied"), () => told("Not allowed here"));
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

  // --- clicks in what the server rendered ----------------------------------------------
  const clicked = (button, trigger) => {
    const data = button.dataset;
    const turn = button.closest("#log .turn"), number = turn ? [...turn.parentElement.children].indexOf(turn) : null;
    if (data.doc !== undefined) open(button);
    else if (data.close) close();
    else if (data.step) step(Number(data.step));
    else if (data.door) (data.door === "sources" ? chat.choose : () => find("#box").focus())();
    else if (data.ask) chat.ask(data.ask);
    else if (data.everywhere !== undefined) chat.everywhere(number);
    else if (data.retry !== undefined) chat.again(number);
    else if (data.alone !== undefined) chat.again(number, []);
    else if (data.edit !== undefined) chat.edit(number);
    else if (data.copy) { copying = button; trigger("copy", { turns: chat.turns(number), form: data.copy, how: "copy" }); }
    else if (data.save) {
      button.closest("details").open = false;
      trigger("copy", { turns: chat.turns(number), form: data.save, how: "save" });
    } else if (data.rate) chat.rate(button, number);
    else chat.manage(button, trigger);
  };
  const wire = (element, trigger, name) => {
    triggers[name] = trigger;
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && element.contains(button)) clicked(button, trigger);
    });
    if (name === "log") chat.begin(element, trigger);
  };

  // --- what the library is doing: until it is open, and while it is watched -----------------
  const follow = (element, trigger) => {
    let changes = null, opened = false;
    const look = async () => {
      let told;
      try { told = await (await fetch(root() + "/healthz")).json(); }
      catch { return setTimeout(look, 2000); }
      const line = make("p", told.status === "ready" ? "" : told.detail + (told.status === "loading" ? " …" : ""));
      line.setAttribute("role", "status");
      line.className = "library " + told.status;
      if (told.status === "loading") {
        const bar = document.createElement("progress");
        bar.setAttribute("aria-label", "Opening the library");
        if (told.share !== null) bar.value = told.share;
        line.append(bar);
      }
      element.replaceChildren(...(told.status === "ready" ? [] : [line]));
      if (told.status === "ready" && (!opened || changes !== told.changes)) trigger("tick");
      opened = told.status === "ready";
      if (!opened) document.body.dataset.library = told.status;
      changes = told.changes;
      if (!opened) setTimeout(look, 700);
      else if (told.watching) setTimeout(look, 2000);
    };
    chat.look = look;
    look();
  };

  const ready = () => { document.body.dataset.library = "ready"; };

  return { find, make, root, say, slim, triggers, reveal, unreachable, wire, take, follow, ready, clicked };
})();

// The conversations that this browser keeps, each under a key of its own. A tab writes only the one that
// it shows; where another tab has written it meanwhile, this tab goes on under a key of its own.
(() => {
  "use strict";
  const { find, make } = chat;
  const UNDO = 8000;
  let current = null;

  const prefix = () => "conversation " + find("#top header").dataset.library + " ";
  const name = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  const fresh = () => ({ id: name(), title: "", date: Date.now(), mark: "", turns: [], scope: {}, replaced: null });
  const read = (id) => {
    try {
      const kept = JSON.parse(localStorage.getItem(prefix() + id));
      const scope = kept && typeof kept.scope === "object" ? kept.scope || {} : {};
      return kept && Array.isArray(kept.turns) && kept.turns.length ? { ...fresh(), ...kept, scope, id } : null;
    } catch { return null; }
  };
  const ids = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix())).map((key) => key.slice(prefix().length));
  const all = () => ids().map(read).filter(Boolean).sort((a, b) => b.date - a.date);
  const title = (one) => one.title || String((one.turns[0] || {}).question || "");

  const put = (one) => {
    try {
      localStorage.setItem(prefix() + one.id, JSON.stringify(one));
      return true;
    } catch {
      chat.trouble(["This browser's store is full, so the conversation is not kept beyond this page. Delete an older one under Conversations, or save this one."]);
      return false;
    }
  };
  // Keeps a conversation; of one without an answer only what its questions are limited to, in this tab.
  const limits = (one) => sessionStorage.setItem(prefix() + "scope", JSON.stringify(one.scope));
  const limited = () => { try { return JSON.parse(sessionStorage.getItem(prefix() + "scope")) || {}; } catch { return {}; } };
  const keep = (one) => {
    if (!one.turns.length) return limits(one);
    const kept = read(one.id);
    if (kept && kept.mark !== one.mark) one.id = name();
    else if (kept) one.title = kept.title;
    one.mark = name();
    one.date = Date.now();
    put(one);
    if (one === current) sessionStorage.setItem(prefix(), one.id);
    list();
  };
  const take = (one) => {
    current = one;
    sessionStorage.setItem(prefix(), one.id);
    limits(one);
  };
  // The conversation of this tab, else the one that was last written.
  const first = () => {
    const id = sessionStorage.getItem(prefix());
    take((id !== null ? read(id) : all()[0]) || { ...fresh(), scope: limited() });
    return current;
  };

  // --- the list --------------------------------------------------------------------
  const box = () => find("#kept > div");
  const button = (text, what, label) => {
    const made = make("button", text, { type: "button" });
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", (event) => { event.stopPropagation(); what(made); });
    return made;
  };
  const row = (one) => {
    const line = make("li"), acts = make("span", "", { className: "acts" });
    const shown = button("", () => { find("#kept").open = false; chat.show(read(one.id) || one); });
    shown.className = "link";
    shown.append(make("bdi", title(one)));
    if (current && one.id === current.id) shown.setAttribute("aria-current", "true");
    const day = new Date(one.date).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const count = one.turns.length;
    acts.append(
      button("Rename", () => rename(one, line), "Rename: " + title(one)),
      button("Delete", () => remove(one, line), "Delete: " + title(one)),
    );
    line.append(shown, make("span", day + " · " + count + (count === 1 ? " question" : " questions"), { className: "by" }), acts);
    return line;
  };
  const list = () => {
    const menu = find("#kept");
    if (!menu || !menu.open || menu.querySelector("form, .undo")) return;
    const kept = all();
    const rows = make("ul");
    rows.append(...kept.map(row));
    box().replaceChildren(kept.length ? rows : make("p", "None yet. They are kept in this browser only.", { className: "by" }));
  };
  const rename = (one, line) => {
    const form = make("form"), input = make("input", "", { value: title(one), maxLength: 200 });
    input.setAttribute("aria-label", "Name of the conversation");
    form.append(input, make("button", "Save", { type: "submit" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const kept = read(one.id);
      if (kept) {
        kept.title = input.value.trim();
        if (put(kept) && current.id === kept.id) current.title = kept.title;
      }
      form.remove();
      list();
    });
    line.replaceChildren(form);
    input.select();
  };
  const remove = (one, line) => {
    const text = localStorage.getItem(prefix() + one.id);
    localStorage.removeItem(prefix() + one.id);
    const open = current && current.id === one.id;
    if (open) chat.show(fresh());
    const over = () => { clearTimeout(timer); line.remove(); list(); };
    const timer = setTimeout(over, UNDO);
    const undo = button("Undo", () => {
      localStorage.setItem(prefix() + one.id, text);
      over();
      if (open && !current.turns.length) chat.show(read(one.id));
    });
    const told = make("span", "Deleted. ", { className: "undo" });
    told.setAttribute("role", "status");
    told.append(undo);
    line.replaceChildren(told);
    undo.focus();
  };
  window.addEventListener("storage", list);

  // Before each conversation had a key of its own, a library had one, under its folder's name.
  const older = () => Object.keys(localStorage).filter((key) => /^conversation .*[/\\]/.test(key));
  const former = (turns) => {
    const [key] = older();
    if (!key || !Array.isArray(turns) || !turns.length) return;
    const one = { ...fresh(), turns };
    keep(one);
    localStorage.removeItem(key);
    if (!current.turns.length) chat.show(one);
  };

  const top = (element) => {
    element.querySelector("#kept").addEventListener("toggle", list);
    element.querySelector("#open-sources").addEventListener("click", () => chat.choose());
  };
  Object.assign(chat, { top, first, former, older, fresh, keep, takeUp: take, now: () => current });
})();

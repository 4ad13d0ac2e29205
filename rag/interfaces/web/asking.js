// Questions and answers: asking, editing, bringing back, rating. Each answer comes as a message and is
// put where it belongs; the conversation of this tab is `chat.now()`.
(() => {
  "use strict";
  const { find, make, say, root } = chat;
  const REMEMBERED = 6, PATIENCE = 3000;
  let send = null, render = null;  // events of the question box and of the log
  let asked = null;                // what is being answered: conversation, place, question, turn so far
  let editing = null;              // place of the question that the next one replaces
  let shown = null;                // the conversation whose turns are being rendered

  const area = () => find("#log > div .log, #log .log");
  const box = () => find("#box");
  const write = (text) => { box().value = text; drafted(); };
  // What is typed, or else what is being answered: a page that is loaded anew has it in the box.
  const drafted = () => sessionStorage.setItem("draft", box().value || (asked ? asked.question : ""));
  const turns = (number) => (number === null ? chat.now().turns : [chat.now().turns[number]].filter(Boolean));
  const mine = () => asked && asked.of === chat.now();

  // --- what stands in the log ----------------------------------------------------------
  const parsed = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector(".turn");
  };
  const settle = () => {
    const some = chat.now().turns.length || area().children.length;
    const welcome = find("#log .welcome");
    if (welcome) welcome.hidden = Boolean(some);
    find("#whole").hidden = !chat.now().turns.length;
    offerBack();
  };
  const clean = () => { for (const old of document.querySelectorAll("#log .trouble")) old.remove(); };
  // Says what went wrong where the answer would stand; words are texts and elements.
  const trouble = (words) => {
    clean();
    const told = make("p", "", { className: "problem trouble" });
    told.setAttribute("role", "alert");
    told.append(...words);
    area().after(told);
    settle();
    told.scrollIntoView({ block: "nearest" });
  };
  const restored = ({ id, turns: rendered }) => {
    if (!shown || shown.id !== id) return;
    const one = shown;
    shown = null;
    area().replaceChildren(...rendered.map(parsed));
    settle();
    area().lastElementChild.scrollIntoView({ block: "start" });
  };
  const show = (one) => {
    chat.takeUp(one);
    calm();
    clean();
    area().replaceChildren();
    shown = one.turns.length ? one : null;
    if (shown) {
      find("#log .welcome").hidden = true;
      render("expand", { id: one.id, turns: one.turns });
      expect(() => shown === one);
    } else settle();
    chat.scoped();
  };

  // A new turn is kept at the top of the view until it is complete, unless the reader scrolls.
  let pinned = false;
  for (const name of ["wheel", "touchmove"]) document.addEventListener(name, () => { pinned = false; }, { passive: true });
  const pin = (turn) => requestAnimationFrame(() => { if (pinned) turn.scrollIntoView({ block: "start", behavior: "auto" }); });

  // --- asking ---------------------------------------------------------------------------
  // leaningOn: the earlier turns that the question may be a follow-up to.
  const ask = (question, place = chat.now().turns.length, leaningOn = chat.now().turns.slice(0, place)) => {
    if (!question.trim() || asked || shown) return;
    if (area().children.length !== chat.now().turns.length) return show(chat.now());  // it could not be shown before
    clean();
    chat.blame("", "");
    const of = chat.now();
    asked = { of, place, question, turn: null, element: null };
    pinned = true;
    find("#stop").hidden = false;
    find("#send").hidden = true;
    const history = leaningOn.filter((turn) => turn.shape !== "reply").slice(-REMEMBERED)
      .map((turn) => ({ question: turn.resolved_question, answer: turn.text }));
    if (box().value === question) box().value = "";  // its draft stays until the answer is there
    send("submit", { question, place, history, scope: chat.scope() });
    drafted();
    const one = asked;
    expect(() => asked === one);
  };
  // Looks whether the server is there, at once and for as long as something is waited for: of a server
  // that it knows to be lost, gradio's client says nothing to an event that is sent.
  const expect = async (waited) => {
    if (!waited()) return;
    try { await plain(root() + "/healthz"); } catch { return waited() ? gone() : undefined; }
    setTimeout(expect, PATIENCE, waited);
  };
  const put = (html) => {
    const element = parsed(html);
    if (mine()) {
      const log = area();
      [...log.children].slice(asked.place).forEach((old) => { if (old !== asked.element) old.hidden = true; });
      if (asked.element && asked.element.isConnected) asked.element.replaceWith(element);
      else log.append(element);
      asked.element = element;
      settle();
      pin(element);
    }
    return element;
  };
  const over = () => {
    asked = null;
    drafted();
    find("#stop").hidden = true;
    find("#send").hidden = false;
  };
  // Takes away what was begun; the question goes back into the box, and what it would have replaced is there again.
  const back = () => {
    const { of, element, question, place } = asked;
    if (mine()) {
      if (element) element.remove();
      for (const turn of area().children) turn.hidden = false;
      if (!box().value) write(question);
      if (place < of.turns.length) edit(place, question);
    }
    over();
    settle();
  };
  const answered = (told) => {
    if (!asked) return;
    const { of, place, question } = asked;
    if (told.said) say(told.said);
    if (told.state === "problem") {
      back();
      trouble([make("strong", "Not answered."), " " + told.text]);
      if (told.field) chat.blame(told.field, told.text);
    } else if (told.state === "stopped") back();
    else {
      const element = put(told.html);
      asked.turn = told.turn || null;
      if (told.state !== "done") return;
      if (place < of.turns.length) of.replaced = { place, turns: of.turns.slice(place) };
      of.turns = [...of.turns.slice(0, place), told.turn];
      if (mine()) {
        [...area().children].forEach((old) => { if (old.hidden) old.remove(); });
        calm();
        if (element) pin(element);
      }
      chat.keep(of);
      over();
      settle();
    }
  };
  const stop = () => {
    if (asked) send("stop", { turn: asked.turn, place: asked.place });
  };

  // --- editing, and bringing back what an edit replaced ------------------------------------
  const calm = () => {
    editing = null;
    find("#banner").hidden = true;
  };
  const edit = (place, question = chat.now().turns[place].question) => {
    const after = chat.now().turns.length - place - 1;
    editing = place;
    write(question);
    const cancel = make("button", "Cancel", { type: "button" });
    cancel.addEventListener("click", () => { calm(); write(""); box().focus(); });
    const what = after ? ` and the ${after === 1 ? "answer" : after + " answers"} after it` : "";
    find("#banner").replaceChildren(make("span", `Your next question replaces question ${place + 1}${what}.`), cancel);
    find("#banner").hidden = false;
    box().focus();
  };
  const offerBack = () => {
    const old = find("#log .replaced"), { replaced } = chat.now();
    if (old) old.remove();
    const turn = replaced && area().children[replaced.place];
    if (!turn) return;
    const count = replaced.turns.length, told = make("p", "", { className: "replaced" });
    const button = make("button", "Bring back", { type: "button" });
    button.addEventListener("click", bringBack);
    told.append(count === 1 ? "One answer was replaced. " : count + " answers were replaced. ", button);
    turn.querySelector(".question").after(told);
  };
  const bringBack = () => {
    const one = chat.now(), { place, turns: old } = one.replaced;
    const rest = one.turns.slice(place);
    one.turns = [...one.turns.slice(0, place), ...old];
    one.replaced = rest.length ? { place, turns: rest } : null;
    chat.keep(one);
    show(one);
    say("The replaced answers are back.");
  };
  const everywhere = (place) => {
    chat.unscope();
    ask(chat.now().turns[place].question, place);
  };

  // --- verdicts: kept at the press, a reason may follow ---------------------------------------
  const rate = (button, place) => {
    const turn = chat.now().turns[place], verdict = button.dataset.rate, tools = button.closest(".tools");
    const press = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
    const keep = (reason) => render("like", { question: turn.question, text: turn.text, verdict, reason, press });
    turn.rated = verdict;
    chat.keep(chat.now());
    for (const one of tools.querySelectorAll("[data-rate]")) one.setAttribute("aria-pressed", String(one === button));
    keep("");
    const old = tools.querySelector("form.reason");
    if (old) old.remove();
    const form = make("form", "", { className: "reason" });
    const label = make("label", verdict === "good" ? "Kept. What helped? (optional)" : "Kept. What was wrong? (optional)");
    const input = make("input", "", { type: "text", maxLength: 1000 });
    label.append(input);
    form.append(label, make("button", "Add reason", { type: "submit" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (input.value.trim()) keep(input.value);
      form.remove();
      button.focus();
    });
    tools.append(form);
    input.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  };
  const rated = ({ said, problem }) => (problem ? trouble([problem]) : say(said));

  // --- signed out, or nobody there ---------------------------------------------------------------
  const lost = (words) => {
    shown = null;
    if (asked) back();
    if (!chat.unreachable(words)) trouble(words);
  };
  const gone = () => lost(["The server does not answer; try again when it runs." + (asked || box().value ? " Your question is kept." : "")]);
  const out = () => {
    const link = make("a", "Sign in again", { href: location.pathname + location.search });
    lost(["Signed out. ", link, asked || box().value ? "; your question is kept." : "."]);
  };
  const plain = window.fetch;
  window.fetch = async (...what) => {
    const ours = String((what[0] && what[0].url) || what[0]).includes("/queue/join") || String(what[0]).includes("/run/");
    try {
      const answer = await plain(...what);
      if (ours && answer.status === 401) out();
      return answer;
    } catch (error) {
      if (ours) gone();
      throw error;
    }
  };

  // --- beginning ----------------------------------------------------------------------------------
  const composer = (element, trigger) => {
    send = trigger;
    const input = element.querySelector("#box");
    input.value = sessionStorage.getItem("draft") || "";
    input.addEventListener("input", drafted);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      ask(input.value, editing === null ? undefined : editing);
    });
    element.querySelector("#asking").addEventListener("submit", (event) => {
      event.preventDefault();
      ask(input.value, editing === null ? undefined : editing);
    });
    element.querySelector("#stop").addEventListener("click", stop);
    element.querySelector("#new").addEventListener("click", () => { show(chat.fresh()); input.focus(); say("A new conversation."); });
    element.querySelector("#saving").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) chat.clicked(button, trigger);
    });
    chat.scoping(element);
    chat.scoped();
    input.focus({ preventScroll: true });
  };
  const begin = (element, trigger) => {
    render = trigger;
    const one = chat.first();
    const start = () => (find("#box") ? show(one) : setTimeout(start, 10));
    start();
    if (chat.older().length) render("input");
  };

  const again = (place, leaningOn) => ask(chat.now().turns[place].question, place, leaningOn);
  Object.assign(chat, { ask, expect, again, edit, everywhere, rate, rated, answered, restored, show, turns, trouble, begin, composer });
})();


"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const { rows, outcomes, reasons, moved } = JSON.parse(element("data").textContent);
  const [LINE, OUTCOME, REASON, ROOM, OLD, NEW, OPERATIONS, MOVED, DETAIL] = Array(9).keys();
  const PAGE = 100;
  const columns = { line: LINE, outcome: OUTCOME, room: ROOM, old: OLD, new: NEW, reason: REASON };
  const kinds = new Set(outcomes.map((outcome) => outcome.kind));
  const number = new Intl.NumberFormat("en");

  const plain = () => ({ q: "", outcome: "", reason: "", sort: "outcome", page: 1 });
  let state = plain();
  let shown = [];

  const reasonCode = (row) => reasons[row[REASON]]?.code ?? "";
  const explanation = (row) => row[DETAIL] || (reasons[row[REASON]]?.explanation ?? "");
  const roomText = (row) => {
    if (row[ROOM]) return row[ROOM];
    if (!row[OPERATIONS]) return "every room";
    return `${number.format(row[MOVED])} of ${number.format(row[OPERATIONS])} ${row[OPERATIONS] === 1 ? "room" : "rooms"} ${moved}`;
  };

  // What a row is searched in, made at the first search: it costs memory that a mere reader need not spend.
  let texts;
  const searchTexts = () => texts ??= rows.map((row) =>
    [row[LINE], row[ROOM], row[OLD], row[NEW], outcomes[row[OUTCOME]].label, reasonCode(row), explanation(row)].join("\n").toLowerCase());

  // Ties stay in file order: rows come in it, and sorting is stable.
  const compare = (column) => {
    switch (column) {
      case LINE: return (a, b) => rows[a][LINE] - rows[b][LINE];
      case OUTCOME: return (a, b) => rows[a][OUTCOME] - rows[b][OUTCOME];
      case REASON: return (a, b) => order(reasonCode(rows[a]), reasonCode(rows[b]));
      default: return (a, b) => order(rows[a][column], rows[b][column]);
    }
  };
  const order = (a, b) => a < b ? -1 : a > b ? 1 : 0;

  const select = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length > 0 ? searchTexts() : [];
    const isWanted = outcomes.map(({ code, kind }) => !state.outcome || state.outcome === code || state.outcome === kind);
    shown = [];
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index];
      if (isWanted[row[OUTCOME]] && (!state.reason || reasonCode(row) === state.reason) && words.every((word) => found[index].includes(word))) {
        shown.push(index);
      }
    }
    const isDescending = state.sort.startsWith("-");
    const ascending = compare(columns[state.sort.replace("-", "")]);
    shown.sort(isDescending ? (a, b) => ascending(b, a) : ascending);
  };

  const cell = (kind, role, className, text) => {
    const made = document.createElement(kind);
    made.setAttribute("role", role);
    if (className) made.className = className;
    made.append(text);
    return made;
  };

  const tableRow = (row) => {
    const { code, label } = outcomes[row[OUTCOME]];
    const made = document.createElement("tr");
    made.setAttribute("role", "row");
    const line = cell("th", "rowheader", "number", String(row[LINE]));
    line.scope = "row";
    const outcome = cell("td", "cell", "", "");
    const mark = document.createElement("span");
    mark.className = `mark o-${code}`;
    outcome.append(mark, label);
    const ids = [["room", roomText(row)], ["old", row[OLD]], ["new", row[NEW]]].map(([name, text]) => {
      const id = cell("td", "cell", "id", text);
      id.dataset.name = name;
      return id;
    });
    if (!row[ROOM]) {
      const note = document.createElement("i");
      note.append(...ids[0].childNodes);
      ids[0].append(note);
    }
    const why = cell("td", "cell", "why", explanation(row));
    if (reasonCode(row)) {
      const reason = document.createElement("code");
      reason.textContent = reasonCode(row);
      why.append(" ", reason);
    }
    made.append(line, outcome, ...ids, why);
    return made;
  };

  const lineCount = (count) => `${number.format(count)} ${count === 1 ? "line" : "lines"}`;

  const draw = () => {
    const pages = Math.max(Math.ceil(shown.length / PAGE), 1);
    state.page = Math.min(Math.max(state.page, 1), pages);
    const first = (state.page - 1) * PAGE;
    element("rows").replaceChildren(...shown.slice(first, first + PAGE).map((index) => tableRow(rows[index])));
    const isPart = shown.length < rows.length;
    element("found").textContent =
      shown.length === 0 ? "No line matches." : isPart ? `${number.format(shown.length)} of ${lineCount(rows.length)}` : lineCount(rows.length);
    element("pages").hidden = pages === 1;
    element("page").textContent =
      `Lines ${number.format(first + 1)}–${number.format(Math.min(first + PAGE, shown.length))}, page ${number.format(state.page)} of ${number.format(pages)}`;
    element("previous").disabled = state.page === 1;
    element("next").disabled = state.page === pages;
    for (const head of document.querySelectorAll("[data-sort]")) {
      const isSorted = head.dataset.sort === state.sort.replace("-", "");
      if (isSorted) head.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };

  // The state is in the fragment, so that a link to the page can name the lines that are meant.
  const remember = () => {
    const parts = new URLSearchParams();
    for (const [name, value] of Object.entries(plain())) {
      if (state[name] !== value) parts.set(name, state[name]);
    }
    const fragment = parts.toString();
    history.replaceState(null, "", fragment ? `#${fragment}` : "#lines");
  };

  const recall = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    const sort = parts.get("sort") ?? "";
    const outcome = parts.get("outcome") ?? "";
    const reason = parts.get("reason") ?? "";
    state = plain();
    state.q = parts.get("q") ?? "";
    if (kinds.has(outcome) || outcomes.some(({ code }) => code === outcome)) state.outcome = outcome;
    if (reasons.some(({ code }) => code === reason)) state.reason = reason;
    if (Object.hasOwn(columns, sort.replace("-", ""))) state.sort = sort;
    state.page = Number.parseInt(parts.get("page") ?? "1", 10) || 1;
    fill();
    select();
    draw();
  };

  const choose = (select, value) => {
    // A link may name what no line has: then the choice says so instead of looking like none.
    if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(`${value} (0)`, value));
    select.value = value;
  };

  const fill = () => {
    element("q").value = state.q;
    choose(element("outcome"), state.outcome);
    choose(element("reason"), state.reason);
  };

  const change = (part) => {
    state = { ...state, page: 1, ...part };
    select();
    draw();
    remember();
  };

  let typing;
  const search = () => {
    clearTimeout(typing);
    if (state.q !== element("q").value) change({ q: element("q").value });
  };
  element("q").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(search, 150);
  });
  element("outcome").addEventListener("change", (event) => change({ outcome: event.target.value }));
  element("reason").addEventListener("change", (event) => change({ reason: event.target.value }));
  element("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  element("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    change({ q: "", outcome: "", reason: "" });
    fill();
    element("q").focus();
  });
  for (const head of document.querySelectorAll("[data-sort]")) {
    head.addEventListener("click", () => change({ sort: state.sort === head.dataset.sort ? `-${state.sort}` : head.dataset.sort }));
  }
  const turn = (by) => {
    state.page += by;
    draw();
    remember();
    element("lines").scrollIntoView();
    element("lines").focus({ preventScroll: true });
  };
  element("previous").addEventListener("click", () => turn(-1));
  element("next").addEventListener("click", () => turn(1));

  const isState = () => location.hash.includes("=");
  const showLines = () => {
    if (!isState()) return;
    recall();
    element("lines").scrollIntoView();
    element("lines").focus({ preventScroll: true });
  };
  addEventListener("hashchange", showLines);

  const day = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
  const format = (options) => new Intl.DateTimeFormat(undefined, options);
  for (const time of document.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime()) || date.getTimezoneOffset() === 0) continue;
    const isSameDay = day.format(date) === time.dateTime.slice(0, 10);
    const local = document.createElement("span");
    local.className = "local";
    local.textContent = ` (${format({ ...(isSameDay ? {} : { dateStyle: "medium" }), timeStyle: "short" }).format(date)} local)`;
    time.append(local);
  }

  document.documentElement.classList.add("script");
  element("explorer").hidden = false;
  if (isState()) showLines();
  else recall();
})();


"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  const text = element("data").textContent;
  const data = JSON.parse(text);
  const groups = data.groups;
  const [ID, NAME, LAST, CREATED, ROOMS] = Array(5).keys();
  const number = new Intl.NumberFormat("en");
  const counted = (count, noun) => `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
  const letter = (index) => index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`;
  const same = (one, other) => one.c === other.c && one.s === other.s && one.x.length === other.x.length && one.x.every((index) => other.x.includes(index));

  // What is decided about each group: "m" merge, "a" apart, "" nothing; the survivor; who is left out; when.
  const told = groups.map((group) => ({ c: ["", "m", "a"][group.d] ?? "", s: group.k, x: [], at: 0 }));
  const state = told.map((one) => ({ ...one, x: [] }));
  const isChanged = (index) => !same(state[index], told[index]);

  // A browser may keep nothing for a page that is a file.
  const storage = (() => {
    try {
      localStorage.setItem("visitor-merge/test", "1");
      localStorage.removeItem("visitor-merge/test");
      return localStorage;
    } catch {
      return null;
    }
  })();
  // By content, so that a page about other visitors or other decisions begins afresh.
  const digest = (() => {
    let [one, other] = [0xdeadbeef, 0x41c6ce57];
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      one = Math.imul(one ^ code, 2654435761);
      other = Math.imul(other ^ code, 1597334677);
    }
    return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}-${text.length}`;
  })();
  const key = (name) => `visitor-merge/review/${digest}/${name}`;
  const keep = (name, value) => {
    try {
      storage?.setItem(key(name), JSON.stringify(value));
    } catch {
      lost = true;
    }
  };
  const kept = (name) => {
    try {
      return JSON.parse(storage?.getItem(key(name)) ?? "null");
    } catch {
      return null;
    }
  };
  let lost = storage === null;
  let savedAt = { mapping: kept("mapping") ?? 0, decisions: kept("decisions") ?? 0 };
  groups.forEach((group, index) => {
    const one = kept(index);
    const isMember = (member) => Number.isInteger(member) && member >= 0 && member < group.m.length;
    if (one && ["", "m", "a"].includes(one.c) && isMember(one.s) && Array.isArray(one.x) && one.x.every(isMember) && Number.isFinite(one.at)) {
      state[index] = { c: one.c, s: one.s, x: one.x, at: one.at };
    }
  });

  let current = -1;
  let shown = groups.map(() => true);
  const undone = [];
  const cards = [];

  // Cards
  const made = (kind, className, ...content) => {
    const one = document.createElement(kind);
    if (className) one.className = className;
    one.append(...content);
    return one;
  };
  const day = (milliseconds) => {
    const date = new Date(milliseconds);
    return milliseconds === null || Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 16).replace("T", " ");
  };
  const cell = (className, content, label) => {
    const one = made("td", className, content);
    if (label) one.title = label;
    return one;
  };
  const others = (group, index) => group.f.filter(([member]) => member === index).map(([, , value]) => value).join(", ");

  const fill = (index) => {
    const card = cards[index];
    if (card.childElementCount > 0) return;
    const group = groups[index];
    const title = made("h2", "", made("span", "", `Group ${index + 1} of ${groups.length}`), made("span", "soft", counted(group.m.length, "visitor")), made("span", "state"));
    card.append(title, ...group.w.map((warning) => made("p", "warning", warning)));
    if (group.v.length > 0) {
      card.append(made("ul", "evidence", ...group.v.map(([kind, value, visitors, members]) => {
        const who = members.length === group.m.length ? (members.length === 2 ? "both" : `all ${members.length}`) : members.map(letter).join(", ");
        const more = visitors > members.length ? `, and ${visitors - members.length} more outside of this group` : "";
        return made("li", "", made("span", "kind", `same ${kind}: `), made("b", "", value), made("span", "kind", ` (${who}${more})`));
      })));
    } else {
      card.append(made("p", "note", "No evidence is left: they were decided to be one person earlier."));
    }
    const columns = [["", "choice"], ["Survivor", "choice"], ["Leave out", "choice"], ["Name", ""], ["Last chat", ""], ["Created", ""], ["Rooms", "number"], ["Also has", ""], ["Id", ""]];
    const head = made("thead", "", made("tr", "", ...columns.map(([name, className]) => {
      const one = made("th", className, name);
      one.scope = "col";
      return one;
    })));
    const body = made("tbody", "", ...group.m.map((member, place) => {
      const row = made("tr", "");
      const survivor = made("input", "");
      survivor.type = "radio";
      survivor.name = `survivor-${index}`;
      survivor.dataset.survivor = place;
      survivor.setAttribute("aria-label", `${letter(place)} survives`);
      const out = made("input", "");
      out.type = "checkbox";
      out.dataset.out = place;
      out.setAttribute("aria-label", `leave out ${letter(place)}`);
      const head = made("th", "choice", made("span", "letter", letter(place)));
      head.scope = "row";
      row.append(
        head, cell("choice", survivor), cell("choice", out), cell("text name", member[NAME] ?? ""), cell("last", day(member[LAST])),
        cell("created", day(member[CREATED])), cell("number rooms", member[ROOMS] === null ? "" : number.format(member[ROOMS])),
        cell("text also", others(group, place)), cell("id", member[ID]));
      return row;
    }));
    const table = made("table", "members", head, body);
    card.append(table);
    card.append(made("p", "arrives", arrival(group)));
    const action = (className, label, letter) => {
      const button = made("button", className, label, " ", made("kbd", "", letter));
      button.type = "button";
      return button;
    };
    card.append(made("div", "actions", action("merge", "Merge", "m"), action("apart", "Keep apart", "a"), action("undo", "Undo", "u")));
    draw(index);
  };

  const arrival = (group) => {
    if (group.a >= 0) return `The next message by ${group.by} arrives at ${letter(group.a)}: the server finds that record first.`;
    if (group.o) return `The next message by ${group.by} arrives at ${group.o}, which is not in this group: the server finds that record first.`;
    if (group.by) return `The server finds none of them by ${group.by}: the next message may make a new visitor.`;
    return "Where the next message by e-mail or phone arrives was not asked: --keep first-match asks the server.";
  };

  const words = (name) => (name ?? "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(" ");

  const draw = (index) => {
    const card = cards[index];
    const { c, s, x } = state[index];
    card.className = `card ${c || "undecided"}${index === current ? " current" : ""}${groups[index].w.length > 0 ? " warned" : ""}`;
    if (card.childElementCount === 0) return;
    const group = groups[index];
    const left = x.length > 0 ? `, without ${x.map(letter).join(", ")}` : "";
    card.querySelector(".state").textContent = c === "m" ? `merge into ${letter(s)}${left}` : c === "a" ? "kept apart" : "undecided";
    card.querySelector(".merge").setAttribute("aria-pressed", String(c === "m"));
    card.querySelector(".apart").setAttribute("aria-pressed", String(c === "a"));
    [...card.querySelectorAll("tbody tr")].forEach((row, place) => {
      const isOut = x.includes(place);
      row.className = `${isOut ? "out" : ""}${place === s ? " survivor" : ""}`;
      row.querySelector("[data-survivor]").checked = place === s;
      row.querySelector("[data-out]").checked = isOut;
      row.querySelector("[data-out]").disabled = place === s;
      row.querySelector(".name").classList.toggle("differs", words(group.m[place][NAME]) !== words(group.m[s][NAME]));
      row.querySelector(".also").classList.toggle("differs", others(group, place) !== others(group, s));
    });
  };

  // Decisions
  const change = (index, part, isStep = true) => {
    const before = state[index];
    const next = { ...before, ...part, at: Date.now() };
    if (same(before, next)) return false;
    if (isStep) undone.push([index, before]);
    state[index] = next;
    keep(index, next);
    draw(index);
    tell();
    return true;
  };
  const decide = (choice) => {
    if (current < 0) return;
    const index = current;
    change(index, { c: choice });
    if (show !== "all") filterOne(index);
    move(1);
  };
  const survive = (index, place) => {
    if (place >= groups[index].m.length) return;
    change(index, { s: place, x: state[index].x.filter((one) => one !== place) });
  };
  const leaveOut = (index, place) => {
    if (place >= groups[index].m.length || place === state[index].s) return;
    const { x } = state[index];
    change(index, { x: x.includes(place) ? x.filter((one) => one !== place) : [...x, place].sort((a, b) => a - b) });
  };
  const undo = () => {
    const last = undone.pop();
    if (!last) return;
    const [index, before] = last;
    state[index] = { ...before, x: [...before.x], at: Date.now() };
    keep(index, state[index]);
    shown[index] = true;
    cards[index].hidden = false;
    go(index);
    tell();
  };

  let count = 0;
  const isDecided = (index) => state[index].c !== "";
  const tell = () => {
    count = 0;
    let unsaved = 0;
    const saved = Math.min(savedAt.mapping, savedAt.decisions);
    for (let index = 0; index < state.length; index += 1) {
      if (isDecided(index)) count += 1;
      if (state[index].at > saved) unsaved += 1;
    }
    element("progress").textContent = `${number.format(count)} of ${counted(groups.length, "group")} decided`;
    element("meter").max = Math.max(groups.length, 1);
    element("meter").value = count;
    const note = element("kept");
    note.className = unsaved > 0 ? "unsaved" : "";
    note.textContent =
      unsaved > 0
        ? `${counted(unsaved, "change")} not saved yet${lost ? ", and this browser keeps nothing for this page: save before you close it" : ""}`
        : saved > 0 ? `saved ${new Date(saved).toLocaleString()}` : "";
    element("cards").dataset.unsaved = unsaved;
  };
  addEventListener("beforeunload", (event) => {
    if (lost && Number(element("cards").dataset.unsaved) > 0) event.preventDefault();
  });

  // Where one is
  const go = (index) => {
    const before = current;
    current = index;
    if (before >= 0) draw(before);
    fill(index);
    draw(index);
    cards[index].focus({ preventScroll: true });
    cards[index].scrollIntoView({ block: "start" });
  };
  const move = (by) => {
    let index = current;
    do index += by; while (index >= 0 && index < groups.length && !shown[index]);
    if (index >= 0 && index < groups.length) go(index);
  };

  // Search and filter
  let show = "all";
  let query = [];
  let texts;
  const searchTexts = () => texts ??= groups.map((group) =>
    [...group.m.map((member) => `${member[ID]} ${member[NAME] ?? ""}`), ...group.v.map(([, value]) => value), ...group.f.map(([, , value]) => value)].join("\n").toLowerCase());
  const isWanted = (index) => {
    if (show === "undecided" && isDecided(index)) return false;
    if (show === "decided" && !isDecided(index)) return false;
    if (show === "suspicious" && groups[index].w.length === 0) return false;
    return query.every((word) => searchTexts()[index].includes(word));
  };
  const filterOne = (index) => {
    shown[index] = isWanted(index);
    if (cards[index].hidden === shown[index]) cards[index].hidden = !shown[index];
    tellFound();
  };
  const tellFound = () => {
    const found = shown.reduce((sum, one) => sum + (one ? 1 : 0), 0);
    element("found").textContent = found === groups.length ? "" : found === 0 ? "No group matches." : `${number.format(found)} of ${counted(groups.length, "group")} shown`;
  };
  const filter = () => {
    query = element("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    show = element("show").value;
    groups.forEach((_, index) => {
      shown[index] = isWanted(index);
      if (cards[index].hidden === shown[index]) cards[index].hidden = !shown[index];
    });
    tellFound();
  };

  // Files
  const begins = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;
  const withoutFormulas = (value) => {
    let result = "";
    let isBeginning = true;
    for (const sign of value) {
      if (isBeginning && begins.test(sign)) result += "'";
      result += sign;
      if (";,|\t\n\r".includes(sign)) isBeginning = true;
      else if (!" \"".includes(sign)) isBeginning = false;
    }
    return result;
  };
  const quoted = (value) => /[",;\t\r\n]/.test(value) || value.startsWith("'") ? `"${value.replaceAll("\"", "\"\"")}"` : value;
  const line = (ids, rest) => [...ids.map(quoted), ...rest.map((value) => quoted(withoutFormulas(value)))].join(",");
  const instant = (milliseconds) => milliseconds === null ? "" : new Date(milliseconds).toISOString();

  // Members that a decision joins, each with the survivor of its group.
  const merged = (index) => {
    const { c, s, x } = state[index];
    return c !== "m" ? [] : groups[index].m.map((_, place) => place).filter((place) => place !== s && !x.includes(place)).map((place) => [place, s]);
  };
  const because = (group, old, survivor) => {
    const values = group.v.filter(([, , , members]) => members.includes(old));
    const direct = values.filter(([, , , members]) => members.includes(survivor));
    if (direct.length > 0) return direct.map(([kind, value]) => `${kind} ${value}`).join("; ");
    return values.filter(([, , , members]) => members.length > 1).map(([kind, value, , members]) => {
      const other = members.filter((member) => member !== old).map((member) => group.m[member][ID]).sort()[0];
      return `${kind} ${value} (with ${other})`;
    }).join("; ");
  };
  const decisionRows = (index) => {
    const { c, x, at } = state[index];
    const ids = groups[index].m.map((member) => member[ID]);
    const rows = merged(index).map(([old, survivor]) => [ids[old], ids[survivor], "merge", at]);
    if (c === "m") for (const out of x) ids.forEach((id, place) => { if (!x.includes(place)) rows.push([ids[out], id, "apart", at]); });
    if (c === "a") ids.forEach((id, place) => ids.slice(place + 1).forEach((other) => rows.push([id, other, "apart", at])));
    return rows;
  };
  const decisions = () => {
    const changed = new Map();
    state.forEach((_, index) => {
      if (isChanged(index)) for (const member of groups[index].m) changed.set(member[ID], [...(changed.get(member[ID]) ?? []), index]);
    });
    // Decisions about others, and about visitors that are gone, stay as they are.
    const rows = data.prior.filter(([one, other]) => !(changed.get(one) ?? []).some((index) => (changed.get(other) ?? []).includes(index)));
    state.forEach((_, index) => {
      if (isChanged(index)) rows.push(...decisionRows(index).map(([old, other, decision, at]) => [old, other, decision, instant(at)]));
    });
    return rows;
  };

  // All decisions have to agree, or the tool would refuse them.
  const sets = (rows) => {
    const parents = new Map();
    const first = (id) => {
      let one = id;
      while (parents.has(one)) one = parents.get(one);
      return one;
    };
    for (const [old, other, decision] of rows) {
      if (decision !== "merge") continue;
      const [one, two] = [first(old), first(other)];
      if (one !== two) parents.set(one, two);
    }
    return first;
  };
  const contradiction = () => {
    const rows = decisions();
    const first = sets(rows);
    return rows.find(([one, other, decision]) => decision === "apart" && first(one) === first(other));
  };

  const mappingText = () => {
    // Groups that share a visitor have one survivor.
    const pairs = state.flatMap((_, index) => merged(index).map(([old, survivor]) => [groups[index].m[old][ID], groups[index].m[survivor][ID], "merge"]));
    const first = sets(pairs);
    const olds = new Set(pairs.map(([old]) => old));
    const survivors = new Map();
    for (const [, survivor] of pairs) {
      const set = first(survivor);
      if (!survivors.has(set) || (olds.has(survivors.get(set)) && !olds.has(survivor))) survivors.set(set, survivor);
    }
    const members = new Map(groups.flatMap((group) => group.m.map((member) => [member[ID], member])));
    const lines = [data.header.join(",")];
    const seen = new Set();
    let group = 0;
    state.forEach((_, index) => {
      const rows = merged(index);
      if (rows.length > 0) group += 1;
      for (const [old] of rows) {
        const one = groups[index].m[old];
        const survivor = members.get(survivors.get(first(one[ID])));
        if (one[ID] === survivor[ID] || seen.has(one[ID])) continue;
        seen.add(one[ID]);
        const place = groups[index].m.findIndex((member) => member[ID] === survivor[ID]);
        lines.push(line([one[ID], survivor[ID]], [
          String(group), because(groups[index], old, place), one[NAME] ?? "", survivor[NAME] ?? "", instant(one[LAST]), instant(survivor[LAST])]));
      }
      const survivor = groups[index].m[state[index].s];
      const last = rows.length > 0 ? members.get(survivors.get(first(survivor[ID]))) : survivor;
      if (last[ID] !== survivor[ID] && !seen.has(survivor[ID])) {
        seen.add(survivor[ID]);
        lines.push(line([survivor[ID], last[ID]], [String(group), "decided to merge", survivor[NAME] ?? "", last[NAME] ?? "", instant(survivor[LAST]), instant(last[LAST])]));
      }
    });
    return lines.join("\n") + "\n";
  };
  const decisionsText = () =>
    ["old_visitor_id,new_visitor_id,decision,decided_at", ...decisions().map(([old, other, decision, at]) => line([old, other], [decision, at]))].join("\n") + "\n";

  const download = (name, content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const save = (...kinds) => {
    const message = element("message");
    const wrong = contradiction();
    message.hidden = !wrong;
    if (wrong) {
      message.textContent = `Not saved: ${wrong[0]} and ${wrong[1]} are kept apart, and merged by way of others. Change one of these decisions.`;
      const index = groups.findIndex((group) => group.m.some((member) => member[ID] === wrong[0]) && group.m.some((member) => member[ID] === wrong[1]));
      if (index >= 0) go(index);
      return;
    }
    const at = Date.now();
    kinds.forEach((kind, place) => {
      const write = () => download(data[kind], kind === "mapping" ? mappingText() : decisionsText());
      // A browser may take two files in one moment for one.
      if (place === 0) write(); else setTimeout(write, 300);
      savedAt = { ...savedAt, [kind]: at };
      keep(kind, at);
    });
    tell();
  };

  // Keys and clicks
  let isLeavingOut = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (event.key === "Escape" && target === element("q")) {
      event.preventDefault();
      element("q").blur();
      if (current >= 0) cards[current].focus({ preventScroll: true });
      return;
    }
    if (target instanceof Element && target.matches("input[type=search], select")) return;
    const wasLeavingOut = isLeavingOut;
    isLeavingOut = false;
    const place = "123456789".indexOf(event.key);
    if (place >= 0 && event.key.length === 1) {
      if (current < 0) return;
      if (wasLeavingOut) leaveOut(current, place); else survive(current, place);
    } else {
      switch (event.key) {
        case "j": move(1); break;
        case "k": move(-1); break;
        case "m": decide("m"); break;
        case "a": decide("a"); break;
        case "u": undo(); break;
        case "x": isLeavingOut = true; break;
        case "s": save("mapping", "decisions"); break;
        case "/": element("q").focus(); element("q").select(); break;
        default: return;
      }
    }
    event.preventDefault();
  });
  const indexOf = (target) => {
    const card = target.closest(".card");
    return card ? Number(card.dataset.index) : -1;
  };
  element("cards").addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index < 0) return;
    if (index !== current) {
      const before = current;
      current = index;
      if (before >= 0) draw(before);
      draw(index);
    }
    const button = event.target.closest("button");
    if (button?.classList.contains("merge")) decide("m");
    else if (button?.classList.contains("apart")) decide("a");
    else if (button?.classList.contains("undo")) {
      const last = undone.findLastIndex(([one]) => one === index);
      if (last >= 0) undone.push(...undone.splice(last, 1));
      if (last >= 0) undo(); else change(index, { c: "", x: [] });
    }
  });
  element("cards").addEventListener("change", (event) => {
    const index = indexOf(event.target);
    if (event.target.dataset.survivor) survive(index, Number(event.target.dataset.survivor));
    if (event.target.dataset.out) leaveOut(index, Number(event.target.dataset.out));
    draw(index);
  });
  element("save").addEventListener("click", () => save("mapping", "decisions"));
  element("save-mapping").addEventListener("click", () => save("mapping"));
  element("save-decisions").addEventListener("click", () => save("decisions"));
  element("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
    move(current < 0 ? 1 : 0);
  });
  let typing;
  element("q").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, 120);
  });
  element("show").addEventListener("change", filter);

  // A card is filled when it comes near; on paper all of them are.
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      fill(Number(entry.target.dataset.index));
      watch.unobserve(entry.target);
    }
  }, { rootMargin: "1200px 0px" });
  const all = document.createDocumentFragment();
  groups.forEach((_, index) => {
    const card = document.createElement("article");
    card.dataset.index = index;
    card.tabIndex = -1;
    card.setAttribute("aria-label", `Group ${index + 1}`);
    cards.push(card);
    draw(index);
    all.append(card);
  });
  element("cards").append(all);
  for (const card of cards) watch.observe(card);
  addEventListener("beforeprint", () => cards.forEach((_, index) => fill(index)));

  element("headline").textContent = `${counted(groups.length, "group")} of visitors that may be one person`;
  element("bar").hidden = false;
  const measure = () => document.documentElement.style.setProperty("--bar", `${element("bar").offsetHeight}px`);
  measure();
  addEventListener("resize", measure);
  document.documentElement.classList.add("script");
  tell();
  const begin = state.findIndex((_, index) => !isDecided(index));
  if (groups.length > 0) {
    current = Math.max(begin, 0);
    fill(current);
    draw(current);
    if (begin > 0) go(begin);
  }
})();

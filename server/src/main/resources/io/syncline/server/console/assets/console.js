// What pages need beside HTML: live parts, the session's token for htmx, keys.
(() => {
  "use strict";

  const token = document.querySelector("meta[name=csrf]");
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = token ? token.content : "";
  });

  // Errors come as parts of pages with their remedy: show them where the answer would have gone.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400) event.detail.shouldSwap = true;
    else if (event.detail.target.matches("[data-moves]")) {
      put(event.detail.target, event.detail.serverResponse);
      event.detail.shouldSwap = false;
      // With the swap htmx leaves out the address, which says what was searched for.
      if (event.detail.requestConfig.elt.matches("[hx-replace-url]")) {
        history.replaceState(null, "", event.detail.pathInfo.finalRequestPath);
      }
    }
  });

  const live = document.body.dataset.live;
  const lost = document.getElementById("lost");
  let source;
  const state = (good) => {
    lost.hidden = good;
    document.body.classList.toggle("stale", !good);
  };

  // Values move in place: an element that is still there stays the same one, with what is typed in
  // it, its focus, and the button that is being held down. One that does something else is another.
  const does = (node) =>
    node.id ||
    node.getAttribute("href") ||
    (node.matches("details") ? node.querySelector("form") ?? node : node).getAttribute("action") ||
    "";
  const same = (one, other) =>
    one.nodeName === other.nodeName &&
    (one.nodeType !== Node.ELEMENT_NODE || does(one) === does(other));
  // What scripts and people set: it is in no page that the service makes.
  const own = new Set(["open", "data-sent"]);
  const morph = (place, fresh) => {
    if (place.nodeType !== Node.ELEMENT_NODE) {
      if (place.data !== fresh.data) place.data = fresh.data;
      return;
    }
    for (const { name, value } of fresh.attributes) {
      if (place.getAttribute(name) !== value) place.setAttribute(name, value);
    }
    for (const { name } of [...place.attributes]) {
      if (!fresh.hasAttribute(name) && !own.has(name)) place.removeAttribute(name);
    }
    fill(place, fresh);
  };
  const fill = (place, fresh) => {
    let old = place.firstChild;
    for (const each of [...fresh.childNodes]) {
      let found = old;
      if (each.nodeType === Node.ELEMENT_NODE && does(each)) {
        while (found && !same(found, each)) found = found.nextSibling;
      }
      if (!found || !same(found, each)) {
        place.insertBefore(each, old);
        continue;
      }
      while (old !== found) old = drop(old);
      morph(found, each);
      old = found.nextSibling;
    }
    while (old) old = drop(old);
  };
  const drop = (node) => {
    const next = node.nextSibling;
    node.remove();
    return next;
  };
  const put = (place, html) => {
    if (!place) return;
    const fresh = document.createElement(place.tagName);
    fresh.innerHTML = html;
    fill(place, fresh);
    if (window.htmx) window.htmx.process(place);
  };
  // Tasks that came, went, or belong under another filter: the rows as this page asks for them.
  // Not while a form is sent, whose answer is the next page: to load this one would call it back.
  // The first task and the last one make another page of it.
  const relist = async () => {
    if (document.querySelector("form[data-sent]")) return;
    const rows = document.getElementById("task-rows");
    const all = document.getElementById("count-all");
    if (!rows || all.textContent === "0") return location.reload();
    const asked = location.pathname + location.search;
    const headers = { "HX-Request": "true", "HX-Target": rows.id };
    const answer = await fetch(asked, { headers, redirect: "manual" }).catch(() => undefined);
    const html = answer && answer.ok ? await answer.text().catch(() => undefined) : undefined;
    // What is told once must not be missed: the service restarts, or its store is away.
    if (html === undefined) setTimeout(relist, 3000);
    // Somebody has searched for something else meanwhile.
    else if (asked !== location.pathname + location.search) relist();
    else put(rows, html);
  };
  const here = "?next=" + encodeURIComponent(location.pathname + location.search);
  const go = (place) => location.assign(place === "/login" ? place + here : place);
  const open = () => {
    if (!live || source) return;
    source = new EventSource(live);
    source.addEventListener("open", () => {
      state(true);
      refused = 0;
    });
    source.addEventListener("error", () => {
      state(false);
      // A browser tries again by itself after a broken connection, and never after an answer that
      // is no stream: what a proxy says while the service restarts, or a session at its end.
      if (source && source.readyState === EventSource.CLOSED) again();
    });
    source.addEventListener("parts", (event) => {
      for (const [id, html] of Object.entries(JSON.parse(event.data))) {
        const place = document.getElementById(id);
        const relisted = id === "listed" && place.textContent !== html;
        put(place, html);
        if (relisted) relist();
      }
    });
    source.addEventListener("go", (event) => go(event.data));
  };
  const close = () => {
    if (source) source.close();
    source = undefined;
  };
  let refused = 0;
  const again = () => {
    close();
    setTimeout(async () => {
      if (document.hidden || source) return;
      try {
        const me = await fetch("/api/v1/me");
        if (me.status === 401) go("/login");
        else if (!me.ok) again();
        else if (++refused > 2) location.reload();
        else open();
      } catch {
        again();
      }
    }, 3000);
  };
  open();
  addEventListener("pagehide", close);
  // A browser keeps few connections to one server: pages that nobody sees give theirs back.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));

  // A link from elsewhere comes without the session's cookie, which a request of our own carries.
  const login = document.querySelector("form[data-next]");
  if (login) {
    fetch(location.href, { redirect: "manual" })
      .then((answer) => answer.type === "opaqueredirect" && location.replace(login.dataset.next))
      .catch(() => undefined);
  }

  // Every form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // Where the navigation is a strip, its current place must be in sight.
  for (const here of document.querySelectorAll("nav [aria-current]")) {
    const strip = here.parentElement;
    strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
  }

  // The first field with an error, for whoever cannot see where it is.
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();

  const keys = document.getElementById("keys");
  const show = () => keys && !keys.open && keys.showModal();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "keys") show();
    if (button.dataset.do === "close") button.closest("dialog").close();
    if (button.dataset.do === "copy") {
      const text = document.getElementById(button.dataset.of).textContent;
      navigator.clipboard.writeText(text).then(() => (button.textContent = button.dataset.done));
    }
  });

  // What asks for a name opens with the focus in it, one at a time, and shuts as a dialog does.
  const drops = () => [...document.querySelectorAll("details.drop[open]")];
  document.addEventListener(
    "toggle",
    (event) => {
      const drop = event.target;
      if (!drop.matches("details.drop") || !drop.open) return;
      for (const other of drops()) if (other !== drop) other.open = false;
      const field = drop.querySelector("input:not([type=hidden])");
      if (field) field.focus();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    for (const drop of drops()) {
      const within = drop.contains(document.activeElement);
      drop.open = false;
      if (within) drop.querySelector("summary").focus();
    }
  });

  const places = { t: "/tasks", i: "/instances", a: "/alerts", u: "/users", l: "/audit", s: "/system" };
  const rows = () => [...document.querySelectorAll("tr[tabindex]")];
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement.closest("tr[tabindex]"));
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    if (next) next.focus();
  };
  let going = false;
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, dialog[open]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key;
    if (going && places[key]) location.assign(places[key]);
    going = key === "g";
    if (key === "?") show();
    if (key === "j") step(1);
    if (key === "k") step(-1);
    if (key === "n") {
      const button = document.querySelector("[data-new]");
      if (button) button.click();
    }
    if (key === "Enter" && event.target.matches("tr[tabindex]")) {
      const link = event.target.querySelector("a.name");
      if (link) link.click();
    }
    if (key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) {
        search.focus();
        event.preventDefault();
      }
    }
  });
})();

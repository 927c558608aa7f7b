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
  });

  const live = document.querySelector("[data-live]");
  if (live) {
    const lost = document.getElementById("lost");
    const source = new EventSource(live.dataset.live);
    const state = (good) => {
      lost.hidden = good;
      live.classList.toggle("stale", !good);
    };
    source.addEventListener("open", () => state(true));
    source.addEventListener("error", () => state(false));
    source.addEventListener("parts", (event) => {
      for (const [id, html] of Object.entries(JSON.parse(event.data))) {
        const place = document.getElementById(id);
        // What somebody is typing in or has opened stays as it is.
        if (place && !place.contains(document.activeElement)) place.innerHTML = html;
      }
    });
    addEventListener("pagehide", () => source.close());
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing) {
      const search = document.querySelector("input[type=search]");
      if (search) {
        search.focus();
        event.preventDefault();
      }
    }
  });
})();

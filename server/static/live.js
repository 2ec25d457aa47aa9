// Keeps pieces of a page up to date. The server sends the whole piece whenever it has changed.
"use strict";
(() => {
  if (!window.EventSource) return;

  function follow(piece) {
    const live = document.getElementById(`${piece.id}-live`);
    const said = document.getElementById(`${piece.id}-said`);
    let source, again;

    function show(html) {
      const open = new Set([...piece.querySelectorAll("details[open]")].map((old) => old.dataset.key));
      piece.innerHTML = html;
      for (const part of piece.querySelectorAll("details")) part.open = open.has(part.dataset.key);
      const standing = piece.querySelector(".standing");
      if (standing && said.textContent !== standing.textContent) said.textContent = standing.textContent;
    }

    function listen() {
      clearTimeout(again);
      source = new EventSource(piece.dataset.live);
      source.onopen = () => { live.textContent = "live"; };
      source.onerror = () => {
        live.textContent = "waiting for the server";
        // A browser gives up for good when it is refused: too many look on, or the session has ended.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, 10000);
      };
      source.addEventListener("shown", (event) => show(event.data));
    }

    // A page that nobody sees holds no connection.
    document.addEventListener("visibilitychange", () => {
      clearTimeout(again);
      if (source) source.close();
      if (document.visibilityState === "visible") listen();
    });
    if (document.visibilityState === "visible") listen();
  }

  document.querySelectorAll("[data-live]").forEach(follow);
})();

// Keeps the boot trail of a page up to date. The server sends the whole piece of page whenever it has changed.
"use strict";
(() => {
  const trail = document.getElementById("trail");
  const live = document.getElementById("trail-live");
  const said = document.getElementById("trail-said");
  if (!trail || !window.EventSource) return;
  let source, again;

  function show(html) {
    const open = new Set([...trail.querySelectorAll("details[open]")].map((old) => old.dataset.key));
    trail.innerHTML = html;
    for (const boot of trail.querySelectorAll("details")) boot.open = open.has(boot.dataset.key);
    const standing = trail.querySelector(".standing");
    if (standing && said.textContent !== standing.textContent) said.textContent = standing.textContent;
  }

  function listen() {
    clearTimeout(again);
    source = new EventSource(trail.dataset.live);
    source.onopen = () => { live.textContent = "live"; };
    source.onerror = () => {
      live.textContent = "waiting for the server";
      // A browser gives up for good when it is refused: too many look on, or the session has ended.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, 10000);
    };
    source.addEventListener("trail", (event) => show(event.data));
  }

  // A page that nobody sees holds no connection.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(again);
    if (source) source.close();
    if (document.visibilityState === "visible") listen();
  });
  if (document.visibilityState === "visible") listen();
})();

// Keep what is shown current, without a jump: fetch the same page and take over its live parts.
(() => {
  const EVERY_MS = 10_000;

  const renew = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return; // not reachable, or signed out: what is shown keeps its time
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(part.id);
      if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
    }
  };

  setInterval(renew, EVERY_MS);
  addEventListener("visibilitychange", renew);
})();

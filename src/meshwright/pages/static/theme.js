// Follow Airflow: the same colour mode and, framed by it, the same colours and font. Opened alone, follow the system.
(() => {
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const tokens = {
    "--bg": "bg", "--fg": "fg", "--muted": "fg-muted", "--line": "border", "--hover": "bg-muted", "--accent": "fg-info",
  };

  const host = () => {
    try {
      return parent === window ? null : parent.document.documentElement;
    } catch {
      return null; // framed by a stranger
    }
  };

  const isDark = (airflow) => {
    if (airflow) return airflow.classList.contains("dark");
    const chosen = localStorage.getItem("theme") || "system";
    return chosen === "dark" || (chosen === "system" && prefersDark.matches);
  };

  const follow = () => {
    const airflow = host();
    const dark = isDark(airflow);
    root.classList.toggle("dark", dark);
    root.style.colorScheme = dark ? "dark" : "light";
    if (!airflow) return;
    const theirs = parent.getComputedStyle(airflow);
    for (const [ours, name] of Object.entries(tokens)) {
      const colour = theirs.getPropertyValue(`--chakra-colors-${name}`).trim();
      if (colour) root.style.setProperty(ours, colour);
    }
    const font = theirs.getPropertyValue("--chakra-fonts-body").trim();
    if (font) root.style.setProperty("--font", font);
  };

  follow();
  prefersDark.addEventListener("change", follow);
  addEventListener("storage", (event) => event.key === "theme" && follow());
  const airflow = host();
  if (airflow) new MutationObserver(follow).observe(airflow, { attributes: true, attributeFilter: ["class"] });

  // The frame's sandbox allows no navigation of the page around it: ask Airflow's own router to go there.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[data-airflow]");
    if (!link || !host() || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    parent.history.pushState(null, "", link.href);
    parent.dispatchEvent(new PopStateEvent("popstate", { state: null }));
  });
})();

// Loaded in <head> before the first paint, so that neither the theme nor the skeleton flashes.
(() => {
  const root = document.documentElement;
  const read = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // private mode
    }
  };
  const theme = read("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  // A hint, not a key: whether to draw the app's skeleton until the app itself knows who is there.
  if (read("session")) root.dataset.session = "";
})();

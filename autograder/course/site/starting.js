// Shows a line at the bottom of the page: that Python is starting, and how long it takes here;
// and, where somebody presses Interrupt, what to do instead. JupyterLite itself says neither.
// Folds the list of files where the window is narrow.
(() => {
  const LAST = "course-seconds-to-start";
  const LONG = 240; // seconds after which something is wrong
  const NARROW = 800; // pixels
  const FILES = '.jp-SideBar .lm-TabBar-tab.lm-mod-current[data-id="filebrowser"]';
  const READY = new Set(["Idle", "Busy"]);
  const NOT_READY = new Set(["Initializing", "Unknown", "Connecting", "Starting", "Restarting"]);
  const INTERRUPT = ["notebook:interrupt-kernel", "kernelmenu:interrupt"]
    .map((command) => `[data-command="${command}"]`)
    .join(", ");

  const line = document.createElement("div");
  line.id = "course-line";
  line.setAttribute("role", "status");
  line.style.cssText =
    "position:fixed;left:50%;bottom:36px;transform:translateX(-50%);z-index:10000;" +
    "max-width:90%;padding:8px 14px;border-radius:6px;background:#14324f;color:#fff;" +
    "font:14px/1.4 system-ui,sans-serif;pointer-events:none";
  line.hidden = true;
  document.body.append(line);

  let hide;
  const say = (text, seconds) => {
    clearTimeout(hide);
    if (line.textContent !== text) line.textContent = text;
    line.hidden = false;
    if (seconds) hide = setTimeout(() => (line.hidden = true), seconds * 1000);
  };

  let began = 0; // the page's own start
  const look = () => {
    // The words of JupyterLab's own status bar: "No Kernel | Initializing", "Python | Idle".
    const bar = document.getElementById("jp-main-statusbar")?.textContent ?? "| Starting";
    const status = bar.match(/\| (\w+?)(?=[^a-z])/)?.[1];
    const now = performance.now();
    if (NOT_READY.has(status)) {
      began ??= now;
      const seconds = Math.round((now - began) / 1000);
      const last = Number(localStorage.getItem(LAST));
      const expected = last
        ? `Last time it took ${last} s.`
        : "The first time takes up to a minute or two, since 45 MB arrive; later it starts from " +
          "the browser's cache.";
      say(
        seconds > LONG
          ? `Python has not started after ${seconds} s. A slow machine may need longer; if the ` +
            "network was missing, connect and reload the page."
          : `Python is starting in your browser: ${seconds} s. ${expected} You can read meanwhile.`
      );
    } else if (READY.has(status) && began !== null) {
      const seconds = Math.round((now - began) / 1000);
      began = null;
      localStorage.setItem(LAST, seconds);
      say(`Python is ready. It took ${seconds} s.`, 6);
    }
  };
  setInterval(look, 500);

  // In a narrow window, the list of files takes half of the page: fold it once. Its tab, at the
  // left, brings it back. JupyterLab listens to where the pointer is, not to clicks.
  const fold = setInterval(() => {
    if (innerWidth > NARROW) return clearInterval(fold);
    const tab = document.querySelector(FILES);
    if (!tab || !document.querySelector(".jp-Notebook-cell")) return; // before, it would unfold
    clearInterval(fold);
    const { x, y, width, height } = tab.getBoundingClientRect();
    const at = { clientX: x + width / 2, clientY: y + height / 2, bubbles: true };
    for (const type of ["pointerdown", "pointerup"]) tab.dispatchEvent(new PointerEvent(type, at));
  }, 500);

  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest?.(INTERRUPT))
        say(
          "In the browser, a cell that runs cannot be interrupted. Choose Kernel, then Restart " +
            "Kernel: all that is written stays, and you run the cells from the top again.",
          15
        );
    },
    true
  );
})();

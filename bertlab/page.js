// What an explorer or a guess needs in the page: its keys stay in it, each of its
// controls has a name, a role and a state, and a kernel that is gone is said.

const BOX = ".bertlab-explorer, .bertlab-guess";
const GONE =
  "The kernel that answered here is gone, so the controls do nothing any more:" +
  " run the notebook's cells again, this one last.";
// What a kernel is when it loses all that it knew.
const LOST = ["restarting", "autorestarting", "terminating", "dead"];
const DISCONNECTED = "jupyter-widgets-disconnected";

// JupyterLab asks the element that has the focus, and nothing around it. Its own
// listener is on the document: this one, on the window, comes before it. Saving is left
// to JupyterLab, or the browser would save the page.
function keepKeys(box, event) {
  const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  if (box.contains(event.target))
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !saves);
}

// Only what is another value: the observer would wake for nothing otherwise.
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (element && value && element.getAttribute(name) !== value)
      element.setAttribute(name, value);
}

// ipywidgets writes a label beside its radio buttons and sliders, and ties it to none; and
// its radio buttons have no name, so that arrow keys would go on into another cell's.
function describe(box) {
  const question = box.querySelector(".bertlab-question")?.textContent;
  const kinds = ".widget-radio, .widget-toggle-buttons, .widget-hslider";
  for (const control of box.querySelectorAll(kinds)) {
    const label = control.querySelector(".widget-label");
    const name = (label.textContent || question || label.title).replace(/:$/, "");
    const find = (selector) => control.querySelector(selector);
    const group = find(".widget-radio-box");
    if (group) group.id ||= `bertlab-${Math.random()}`;
    set(group, { role: "radiogroup", "aria-label": name });
    for (const radio of group?.querySelectorAll("input") ?? [])
      set(radio, { name: group.id });
    if (control.matches(".widget-toggle-buttons"))
      set(find(":scope > div"), { role: "group", "aria-label": name });
    const handle = find("[role=slider]");
    const number = find(".widget-readout");
    const value = number?.textContent || handle?.getAttribute("aria-valuenow");
    set(handle, { "aria-label": name, "aria-valuetext": value });
    if (number?.isContentEditable)
      set(number, { role: "textbox", "aria-label": `${name}, typed` });
  }
  for (const button of box.querySelectorAll(".widget-toggle-button"))
    set(button, { "aria-pressed": `${button.matches(".mod-active")}` });
  for (const button of box.querySelectorAll("button.bertlab-head"))
    set(button, { "aria-label": button.title });
  for (const icon of box.querySelectorAll(".widget-play button > i"))
    set(icon.parentElement, {
      "aria-label": icon.className.match(/fa-(\w+)/)[1].replace("retweet", "repeat"),
    });
  // The sentence is announced where the place that it stands in was there before.
  const message = box.querySelector(".bertlab-message .widget-html-content");
  set(message, { role: "status", "aria-live": "polite" });
  message?.querySelector("[role=status]")?.removeAttribute("role");
}

function sayGone(box) {
  const place = box.querySelector(".bertlab-message .widget-html-content");
  // Not there before the message is; the observer looks again then.
  if (!place || box.matches(".bertlab-gone")) return;
  place.textContent = GONE;
  box.classList.add("bertlab-gone");
}

function start(box, manager) {
  const kernel = manager?.kernel;
  const watch = (_, status) => LOST.includes(status) && sayGone(box);
  const look = () => {
    describe(box);
    if (box.matches(`.${DISCONNECTED}`)) sayGone(box);
  };
  const keys = (event) => keepKeys(box, event);
  // Another kernel may have been chosen, which tells nobody.
  const use = () => manager?.kernel?.id !== kernel?.id && sayGone(box);
  const observer = new MutationObserver(look);
  const attributeFilter = ["class", "aria-valuenow", "title"];
  observer.observe(box, { subtree: true, childList: true, attributeFilter });
  kernel?.statusChanged?.connect(watch);
  window.addEventListener("keydown", keys, true);
  for (const kind of ["input", "change", "click"]) box.addEventListener(kind, use);
  look();
  return () => {
    observer.disconnect();
    kernel?.statusChanged?.disconnect(watch);
    window.removeEventListener("keydown", keys, true);
  };
}

export default {
  render({ model, el }) {
    let stop, timer;
    // The element is put into the explorer only after this.
    const wait = () => {
      const box = el.closest(BOX);
      if (box) stop = start(box, model.widget_manager);
      else timer = setTimeout(wait, 50);
    };
    wait();
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  },
};

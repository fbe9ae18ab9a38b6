"""JupyterLab and Chromium for tests, both cut off from any network but this machine."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",  # there is none for root, nor in many containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Nothing listens on the discard port: whatever asks a proxy is refused at once.
DEAD_PROXY = "http://127.0.0.1:9"
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "NO_PROXY": "127.0.0.1,localhost",
    **dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), DEAD_PROXY
    ),
}
# Every cell at once: what is out of view is otherwise not in the page.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
START_SECONDS, RUN_SECONDS = 120, 480
# A view of attention has many tokens that can be reached.
MOST_TABS = 120

# How much lighter an element's words are than what is behind them, or darker.
CONTRAST = """element => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = c => c.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    let behind = element, back;
    do {
        back = channels(getComputedStyle(behind).backgroundColor);
        behind = behind.parentElement;
    } while (behind && back[3] === 0);
    const pair = [light(channels(getComputedStyle(element).color)), light(back)];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""
# What lies outside the output, or is cut off.
MISFITS = """(box, parts) => {
    const room = box.closest('.jp-OutputArea-output').getBoundingClientRect();
    const all = [...box.querySelectorAll(parts)]
        .filter(e => e.getBoundingClientRect().width);
    return all.filter(e => {
        // A picture that is wider than a phone scrolls in its figure.
        const r = (e.tagName === 'IMG' && e.closest('.bertlab-figure') || e)
            .getBoundingClientRect();
        const outside = r.left < room.left - 1 || r.right > room.right + 1;
        const label = e.closest('.widget-radio-box label');
        const below = label && r.bottom > label.getBoundingClientRect().bottom + 1;
        const cut = /^(LABEL|BUTTON)$/.test(e.tagName)
            && e.scrollWidth > e.clientWidth + 1;
        return outside || below || cut;
    }).map(e => `${e.tagName} ${e.className} ${e.innerText || e.value}`);
}"""


def find_chromium():
    """Return the path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@dataclass(frozen=True)
class Server:
    """A running JupyterLab, and the folder that it shows."""

    root: Path
    url: str
    token: str

    def address(self, notebook, mode="lab"):
        """Where `notebook`, a path below the server's root, opens."""
        return f"{self.url}/{mode}/tree/{notebook}?reset&token={self.token}"


@contextmanager
def jupyterlab(root, home, **variables):
    """Run JupyterLab on `root` with a configuration of its own in `home`.

    Its environment has these `variables` as well.

    Yields
    ------
    Server
    """
    config = home / "config"
    (config / "labconfig").mkdir(parents=True)
    shutil.copy(ROOT / "bertlab" / "jupyter" / "page_config.json", config / "labconfig")
    for name, values in SETTINGS.items():
        file = config / "lab" / "user-settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))
    # With pytest's variables in it ipykernel would not record file descriptor 2.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    environment.update(
        OFFLINE,
        **variables,
        JUPYTER_CONFIG_DIR=str(config),
        JUPYTER_DATA_DIR=str(home / "data"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        IPYTHONDIR=str(home / "ipython"),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={root}"]
    process = subprocess.Popen(
        [*command, f"--IdentityProvider.token={token}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_until_it_says(process, f"http://127.0.0.1:{port}/")
        yield Server(root, f"http://127.0.0.1:{port}", token)
    finally:
        process.terminate()
        process.wait(START_SECONDS)
        process.stderr.close()


def _wait_until_it_says(process, words):
    """Read the log up to `words`, and go on reading it so that it never blocks."""
    lines = deque(maxlen=40)
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    for line in process.stderr:
        lines.append(line)
        if words in line:
            break
    else:
        raise RuntimeError(f"JupyterLab did not start:\n{''.join(lines)}")
    late.cancel()
    threading.Thread(target=deque, args=(process.stderr, 0), daemon=True).start()


@contextmanager
def chromium():
    """Run the Chromium of this machine; yield Playwright's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        yield browser
        browser.close()


@dataclass
class Notebook:
    """A notebook open in a page, with what went wrong in the page."""

    page: object
    cells: int
    console: list = field(default_factory=list)
    outside: list = field(default_factory=list)
    received: int = 0  # bytes that came over websockets

    @property
    def code_cells(self):
        """Locator of all code cells."""
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    @property
    def errors(self):
        """Locator of every output on stderr and every traceback."""
        return self.page.locator(
            '[data-mime-type="application/vnd.jupyter.stderr"],'
            ' [data-mime-type="application/vnd.jupyter.error"]'
        )

    def run_first(self):
        """Run the first cell, and wait until it has run."""
        self.wait_for_kernel()
        cell = self.code_cells.first
        cell.locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Shift+Enter")
        ran = cell.locator(".jp-InputPrompt", has_text="[1]:")
        expect(ran.or_(self.errors).first).to_be_visible(timeout=RUN_SECONDS * 1000)

    def wait_for_kernel(self):
        """Wait until the notebook's kernel runs, and has nothing to do."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text(
            "Python 3 (ipykernel) | Idle", timeout=START_SECONDS * 1000
        )

    def run_all(self):
        """Run all cells, which must not have been run before, and wait for the last."""
        self.wait_for_kernel()
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator('[data-command="runmenu:run-all"]').click()
        last = self.code_cells.last.locator(
            ".jp-InputPrompt", has_text=f"[{self.cells}]:"
        )
        # After an error the cells that follow are never run: so it ends the wait too.
        expect(last.or_(self.errors).first).to_be_visible(timeout=RUN_SECONDS * 1000)


def choose_theme(page, name, light):
    """Choose a theme of JupyterLab by its name; `light` is "true" or "false"."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    for item in ("Theme", name):
        page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)


def narrow(page, width):
    """Make the window `width` pixels wide, without JupyterLab's file browser."""
    page.set_viewport_size({"width": width, "height": 844})
    if page.locator("#jp-left-stack").is_visible():
        page.evaluate("document.activeElement.blur()")  # a text box keeps the keys
        page.keyboard.press("Control+b")
        expect(page.locator("#jp-left-stack")).not_to_be_visible()


@contextmanager
def opened(browser, server, notebook, width=1280, height=1000):
    """Open a notebook in a page of its own; yield it as a `Notebook`."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    saved = nbformat.read(server.root / notebook, 4)
    found = Notebook(page, sum(cell.cell_type == "code" for cell in saved.cells))
    ours = re.escape(server.url.partition("//")[2])

    def refuse(route):
        found.outside.append(route.request.url)
        route.abort()

    context.route(re.compile(rf"^(?!https?://{ours}/|data:|blob:)"), refuse)

    def receive(frame):
        found.received += len(frame.encode() if isinstance(frame, str) else frame)

    def connected(socket):
        if re.match(f"ws://{ours}/", socket.url):
            socket.on("framereceived", receive)
        else:
            found.outside.append(socket.url)

    page.on("websocket", connected)
    page.on(
        "console", lambda m: found.console.append(m.text) if m.type == "error" else None
    )
    page.on("pageerror", lambda error: found.console.append(str(error)))
    page.goto(server.address(notebook))
    expect(found.code_cells).to_have_count(found.cells, timeout=START_SECONDS * 1000)
    try:
        yield found
    finally:
        context.close()
        _stop_kernel(server, notebook)


def sessions(server):
    """Return the number of the session of each notebook that has a kernel, by path."""
    with _asked(server, "/api/sessions") as answer:
        return {session["path"]: session["id"] for session in json.load(answer)}


def _stop_kernel(server, notebook):
    """Give a notebook's memory back: JupyterLab keeps the kernel of one that is closed.

    The models of all lessons at once would be more than many a machine has.
    """
    number = sessions(server).get(notebook)
    if number:
        _asked(server, f"/api/sessions/{number}", "DELETE").close()


def _asked(server, path, method="GET"):
    request = urllib.request.Request(  # noqa: S310 - our own server's address
        server.url + path,
        headers={"Authorization": f"token {server.token}"},
        method=method,
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(request, timeout=START_SECONDS)


def not_run(source, target):
    """Copy a notebook without its outputs, as it is before anybody ran it."""
    notebook = nbformat.read(source, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, target)


def write_notebook(path, *sources):
    """Write a notebook of these code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        },
    )
    nbformat.write(notebook, path)


class Explorer:
    """One of the explorers in the page, used by keyboard alone."""

    def __init__(self, notebook, number):
        self.page = notebook.page
        self.cell = notebook.code_cells.nth(number)
        self.box = self.cell.locator(".bertlab-explorer")
        self.message = self.box.get_by_role("status")
        self.image = self.box.locator("img")
        self.caption = self.box.locator("figcaption")

    def reach(self, control):
        """Press Tab, from the explorer's cell on, until `control` has the focus."""
        self.cell.focus()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if control.evaluate("control => control === document.activeElement"):
                return
        raise AssertionError("the control cannot be reached with Tab")

    def press(self, control, key="Space"):
        """Press a key on `control`."""
        self.reach(control)
        self.page.keyboard.press(key)

    def choose(self, radio):
        """Go to a radio button's group with Tab, and in it with the arrow keys."""
        group = radio.locator("xpath=ancestor::*[@role='radiogroup']")
        checked = group.locator(":checked")
        self.reach(checked if checked.count() else group.get_by_role("radio").first)
        for _ in group.get_by_role("radio").all():
            if radio.evaluate("radio => radio === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        expect(radio).to_be_focused()
        expect(radio).to_be_checked()

    def type(self, control, text, end="Enter"):
        """Put `text` in the place of what a box holds, and press `end`.

        A box of several lines says what is in it when it is left.
        """
        self.reach(control)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        if end and control.evaluate("control => control.tagName") == "TEXTAREA":
            end = "Tab"
        if end:
            self.page.keyboard.press(end)

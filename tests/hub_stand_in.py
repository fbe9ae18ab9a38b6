"""A stand-in for the Hugging Face Hub on the loopback interface.

It speaks as much of the Hub's protocol as huggingface_hub needs to list a repository
and to download its files, counts what is asked of it, and can misbehave on demand.
"""

import hashlib
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HubStandIn:
    """Serve files as one repository of the Hub; a context manager.

    `asked` counts the downloads of each file and what is asked of the API, `answered`
    all requests. With `stall` half of a file is sent, and the rest when `let_go` is
    set.
    """

    def __init__(self, repo: str, files: dict[str, bytes], commit: str = "c" * 40):
        self.repo, self.files, self.commit = repo, files, commit
        self.asked = Counter()
        self.answered = 0
        self.stall, self.status, self.error_code = False, None, None
        self.half_sent, self.let_go = threading.Event(), threading.Event()

    def __enter__(self):
        stand_in = self

        class Handler(_Handler):
            hub = stand_in

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def refuse(self, status: int, code: str | None = None):
        """Answer everything with an HTTP status and the Hub's error code for it."""
        self.status, self.error_code = status, code

    def __exit__(self, *_):
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: HubStandIn

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        hub, path = self.hub, self.path.split("?")[0]
        hub.answered += 1
        if hub.status:
            self._send(hub.status, b"", body)
        elif path.startswith(f"/api/models/{hub.repo}/tree/"):  # newer versions ask it
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": name}
                for name, content in hub.files.items()
            ]
            self._send(200, json.dumps(tree).encode(), body)
        elif path.startswith(f"/api/models/{hub.repo}"):
            hub.asked["api"] += 1
            about = {
                "id": hub.repo,
                "sha": hub.commit,
                "siblings": [{"rfilename": name} for name in hub.files],
            }
            self._send(200, json.dumps(about).encode(), body)
        elif path.startswith(f"/{hub.repo}/resolve/"):
            name = path.rsplit("/", 1)[1]
            if name not in hub.files:
                self._send(404, b"", body, {"X-Error-Code": "EntryNotFound"})
                return
            hub.asked[name] += body
            content = hub.files[name]
            tag = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
            self._send(200, content, body, tag)
        else:
            self._send(404, b"", body, {"X-Error-Code": "RepoNotFound"})

    def _send(self, status, content, body, headers=None) -> None:
        headers = {"Content-Length": str(len(content))} | (headers or {})
        headers["X-Repo-Commit"] = self.hub.commit
        if self.hub.error_code:
            headers["X-Error-Code"] = self.hub.error_code
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        if self.hub.stall and len(content) > 1:
            half = len(content) // 2
            self.wfile.write(content[:half])
            self.wfile.flush()
            self.hub.half_sent.set()
            self.hub.let_go.wait()
            content = content[half:]
        self.wfile.write(content)

    def log_message(self, *_):
        pass

# SPDX-License-Identifier: Apache-2.0
"""The daemon's control API on a Unix socket, as far as s2svpnctl can see it: recorded documents in, requests kept."""
import http.server
import json
import os
import socketserver
import threading
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass

    def reply(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if data:
            self.wfile.write(data)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.server.requests.append(("GET", self.path, None))
        if query.get("pairing", "hub-tokyo") != "hub-tokyo":
            self.reply(404, {"error": "there is no pairing '%s'" % query["pairing"]})
            return
        answer = self.server.answers.get(url.path)
        if isinstance(answer, list):  # one after the other, the last one stays
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is None:
            self.reply(404, {"error": "no such path"})
        else:
            self.reply(*answer)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(("POST", self.path, json.loads(body)))
        self.reply(*self.server.answers.get(self.path, (200, {"schema": 1})))


class FakeDaemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """with FakeDaemon(directory) as d: d.answers["/v1/status"] = (200, b"...")"""

    daemon_threads = True

    def __init__(self, directory):
        self.path = os.path.join(directory, "s2svpnd.sock")
        self.answers, self.requests = {}, []
        super().__init__(self.path, Handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()
        os.unlink(self.path)

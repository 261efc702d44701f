"""Who receives webhooks: checks them by what docs/alerts.md says, and nothing else. Says its port, then what came,
a line of JSON each. The path says how it answers: /status/503, /robot/0, /long."""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import time


def is_genuine(secret, headers, body, now):
    """The example of docs/alerts.md."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now - int(stamp)) > 300:
        return False
    signed = f"{message_id}.{stamp}.".encode() + body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.partition(",") for one in headers["webhook-signature"].split()]
    return any(v == "v1" and hmac.compare_digest(one, right) for v, _, one in given)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        told = {
            "path": self.path,
            "host": self.headers["host"],
            "type": self.headers["content-type"],
            "id": self.headers["webhook-id"],
            "genuine": "webhook-id" in self.headers
            and is_genuine(self.server.secret, self.headers, body, time.time()),
            "body": json.loads(body),
        }
        print(json.dumps(told), flush=True)
        status, answer = 200, b"{}"
        if self.path.startswith("/status/"):
            status = int(self.path.split("/")[2])
        if self.path.startswith("/robot/"):
            answer = b'{"errcode":%d,"errmsg":"hunter2"}' % int(self.path.split("/")[2].split("?")[0])
        if self.path == "/long":
            answer = b"x" * (1 << 20)
        self.send_response(status)
        if status // 100 == 3:
            self.send_header("location", "https://127.0.0.1/elsewhere")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except OSError:
            pass

    def log_message(self, *_):
        pass


arguments = argparse.ArgumentParser()
arguments.add_argument("--certificate", required=True)
arguments.add_argument("--key", required=True)
arguments.add_argument("--secret", required=True)
given = arguments.parse_args()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(given.certificate, given.key)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Who does not trust it goes."""


server = Server(("127.0.0.1", 0), Receiver)
server.secret = given.secret
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()

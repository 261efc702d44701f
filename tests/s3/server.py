"""An S3 server (moto) on a free port of this machine, over TLS, that checks signatures and rights.

    tests/s3/server DIRECTORY [virtual-host | many | ADDRESS:PORT]

DIRECTORY holds `public_key` and `private_key` (PEM). One line of JSON says the port and the access keys of
its users: `box` may do all, `reader` reads, `adder` takes nothing away but locks. The buckets are `copies`,
`versions` (keeps versions) and `locked` (has object lock);
with `many` the first holds 2,350 index files. It listens on loopback at a free port, or at ADDRESS:PORT. It ends when its
standard input does.
"""

import json
import os
import ssl
import sys
import threading
import warnings

os.environ.setdefault("AWS_ACCESS_KEY_ID", "setup")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "setup")
if "virtual-host" not in sys.argv[2:]:
    os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"

warnings.simplefilter("ignore")

import boto3  # noqa: E402
from moto import settings  # noqa: E402
from moto.backends import get_backend  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

ALLOW = {"Effect": "Allow", "Resource": "*"}
RIGHTS = {
    "box": [ALLOW | {"Action": "s3:*"}],
    "reader": [ALLOW | {"Action": ["s3:Get*", "s3:List*"]}],
    "adder": [
        ALLOW | {"Action": ["s3:Get*", "s3:List*", "s3:PutObject"]},
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::*/locks/*"},
    ],
}


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


def main() -> None:
    directory = sys.argv[1]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{directory}/public_key", f"{directory}/private_key")
    application = DomainDispatcherApplication(create_backend_app)
    at = next((word for word in sys.argv[2:] if ":" in word), "127.0.0.1:0")
    host, _, port = at.rpartition(":")
    server = make_server(host, int(port), application, threaded=True, ssl_context=context, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    where = {"region_name": "us-east-1", "endpoint_url": f"https://{host}:{server.port}", "verify": False}
    path = boto3.session.Config(s3={"addressing_style": "path"})
    iam, s3 = boto3.client("iam", **where), boto3.client("s3", config=path, **where)
    within = get_backend("s3")["123456789012"]["aws"]
    keys = {}
    for name, statements in RIGHTS.items():
        iam.create_user(UserName=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = [key["AccessKeyId"], key["SecretAccessKey"]]
    if "virtual-host" in sys.argv[2:]:
        # Its name stands in the host's name, which nobody looks up here.
        within.create_bucket("copies", "us-east-1")
    else:
        s3.create_bucket(Bucket="copies")
        s3.create_bucket(Bucket="versions")
        s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
        s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    if "many" in sys.argv[2:]:
        for number in range(2_350):
            within.put_object("copies", f"box/crm/index/{number:064x}", b"x" * (number % 7))
    # From here on everybody must sign.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    print(json.dumps({"port": server.port, "keys": keys}), flush=True)
    sys.stdin.read()


main()

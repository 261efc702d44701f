"""A mail server (aiosmtpd): says its port, then each mail that it takes, a line of JSON each."""

import argparse
import asyncio
import email
import email.policy
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Taker:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "553 not from you, hunter2"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 no such user, hunter2"
        if address.startswith("later@"):
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "spam@example.net" in envelope.rcpt_tos:
            return "554 no"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "body": mail.get_content(),
            "defects": [str(defect) for defect in mail.defects],
            "seven_bit": all(byte < 128 for byte in envelope.content),
            "tls": server.transport.get_extra_info("sslcontext") is not None,
            "user": (session.auth_data or b"").decode(),
        }
        print(json.dumps(told), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"box" and data.password == b"hunter2"
    return AuthResult(success=right, handled=False, auth_data=data.login)


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--certificate", required=True)
    arguments.add_argument("--key", required=True)
    arguments.add_argument("--starttls", action="store_true")
    arguments.add_argument("--without", action="append", default=[])
    arguments.add_argument("--most", default="TLSv1_3")
    given = arguments.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    context.maximum_version = ssl.TLSVersion[given.most]

    def serve():
        return SMTP(
            Taker(),
            hostname="relay",
            tls_context=context if given.starttls else None,
            require_starttls=given.starttls,
            auth_required=True,
            auth_require_tls=given.starttls,
            authenticator=authenticate,
            auth_exclude_mechanism=given.without,
        )

    loop = asyncio.get_running_loop()
    tls = None if given.starttls else context
    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

"""Asks the cluster as one of Python's clients does, or curl, wget or .NET, until SIGTERM; then tells how that went."""
import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlencode, urlsplit

import aiohttp
import httpx
import requests

URL, KEY, APPID, WECHAT = (os.environ[name] for name in ("KEEPER_URL", "KEEPER_KEY", "APPID", "WECHAT_URL"))
PAUSE = 0.25
BEARER = {"Authorization": "Bearer " + KEY}
JSON = {"Content-Type": "application/json"}


class Plain:
    """Every way in, over `exchange(method, path, headers, body, limit)`, which gives the text of a good answer."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.ways = [self.read, self.drop_in, self.stable]

    def read(self):
        return self.token("GET", "/token?" + urlencode({"appid": APPID}), BEARER)

    def drop_in(self):
        query = {"grant_type": "client_credential", "appid": APPID, "secret": KEY}
        return self.token("GET", "/cgi-bin/token?" + urlencode(query), {})

    def stable(self):
        body = {"grant_type": "client_credential", "appid": APPID, "secret": KEY}
        return self.token("POST", "/cgi-bin/stable_token", JSON, json.dumps(body))

    def refresh(self, refused):
        body = {"appid": APPID, "access_token": refused}
        return self.token("POST", "/token/refresh", {**BEARER, **JSON}, json.dumps(body), 20)

    def token(self, method, path, headers, body=None, limit=5):
        body = body.encode() if body else None
        return json.loads(self.exchange(method, path, headers, body, limit))["access_token"]


class Class:
    """The class of the page, made anew every few rounds, because it asks about once a minute."""

    def __init__(self):
        self.ways, self.made, self.rounds = [self.token], None, 0

    def token(self):
        if self.rounds % 5 == 0:
            from keeper import Keeper
            self.made = Keeper(URL, KEY, APPID)
        self.rounds += 1
        return self.made.token()

    def refresh(self, refused):
        return self.made.refresh(refused)


def with_requests(method, path, headers, body, limit):
    response = requests.request(method, URL + path, headers=headers, data=body, timeout=limit)
    response.raise_for_status()
    return response.text


def with_urllib(method, path, headers, body, limit):
    request = urllib.request.Request(URL + path, data=body, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=limit) as response:
        return response.read()


def with_httpx():
    client = httpx.Client()

    def exchange(method, path, headers, body, limit):
        response = client.request(method, URL + path, headers=headers, content=body, timeout=limit)
        return response.raise_for_status().text

    return exchange


def with_aiohttp():
    loop = asyncio.new_event_loop()

    async def opened():
        return aiohttp.ClientSession(raise_for_status=True)

    session = loop.run_until_complete(opened())
    atexit.register(lambda: loop.run_until_complete(session.close()))

    async def ask(method, path, headers, body, limit):
        limit = aiohttp.ClientTimeout(total=limit)
        async with session.request(method, URL + path, headers=headers, data=body, timeout=limit) as response:
            return await response.text()

    return lambda *question: loop.run_until_complete(ask(*question))


def with_curl(*options):
    def exchange(method, path, headers, body, limit):
        # Not as arguments: others could read them.
        quote = json.dumps
        lines = ["url = " + quote(URL + path), "request = " + method, "max-time = %d" % limit, "fail", "silent"]
        lines += ["header = " + quote("%s: %s" % header) for header in headers.items()]
        lines += ["data = " + quote(body.decode())] if body else []
        return run(["curl", "--disable", "--config", "-", *options], "\n".join(lines))

    return exchange


def with_wget(method, path, headers, body, limit):
    lines = ["header = %s: %s" % header for header in headers.items()]
    lines += ["post_data = " + body.decode()] if body else []
    settings = os.memfd_create("wgetrc")
    try:
        os.write(settings, "\n".join(lines + [""]).encode())
        command = ["wget", "--config=/dev/fd/%d" % settings, "--input-file=-", "--output-document=-", "--quiet"]
        return run(command + ["--tries=1", "--timeout=%d" % limit], URL + path, keep=[settings])
    finally:
        os.close(settings)


def run(command, text, keep=()):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True, pass_fds=keep).stdout


class DotNet:
    """Sends byte for byte what the C# class makes .NET send, on one connection: JsonContent comes in chunks."""

    def __init__(self):
        self.ways, self.connection = [self.token], None

    def token(self):
        return self.ask("GET /token?appid=%s HTTP/1.1" % APPID, b"", 5)

    def refresh(self, refused):
        body = json.dumps({"appid": APPID, "access_token": refused}, separators=(",", ":")).encode()
        chunks = b"%X\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        coding = "Transfer-Encoding: chunked\r\nContent-Type: application/json; charset=utf-8\r\n"
        return self.ask("POST /token/refresh HTTP/1.1", chunks, 20, coding)

    def ask(self, line, body, limit, more=""):
        if self.connection is None:
            self.connection = socket.create_connection((urlsplit(URL).hostname, urlsplit(URL).port))
        self.connection.settimeout(limit)
        head = "%s\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n" % (line, urlsplit(URL).netloc, KEY, more)
        self.connection.sendall(head.encode() + body)
        answer = self.connection.makefile("rb")
        status = answer.readline().split()[1]
        fields = dict(iter(lambda: tuple(answer.readline().strip().lower().split(b": ")), (b"",)))
        text = answer.read(int(fields[b"content-length"]))
        if fields.get(b"connection") == b"close":
            self.connection = None
        if status != b"200":
            raise OSError("status " + status.decode())
        return json.loads(text)["access_token"]


CLIENTS = {
    "requests": lambda: Plain(with_requests), "urllib": lambda: Plain(with_urllib),
    "httpx": lambda: Plain(with_httpx()), "aiohttp": lambda: Plain(with_aiohttp()),
    "curl": lambda: Plain(with_curl()), "wget": lambda: Plain(with_wget), "dotnet": DotNet, "class": Class,
    # It offers another protocol with each question, and waits a second for the leave to send a body.
    "curl --http2": lambda: Plain(with_curl("--http2")),
    "curl with Expect": lambda: Plain(with_curl("--header", "Expect: 100-continue")),
}


class Account:
    def __init__(self):
        self.calls, self.errors, self.tokens, self.slowest, self.held = 0, [], set(), 0, 0

    def of(self, call, *refused):
        """Makes one call; a token, or nothing if it failed."""
        self.calls += 1
        start = time.monotonic()
        try:
            token = call(*refused)
        except Exception as error:
            # Without a query: a secret may stand in it.
            why = str(error).split("?")[0]
            self.errors.append("%s: %s: %s" % (call.__name__, type(error).__name__, why))
            return None
        took = int((time.monotonic() - start) * 1000)
        if refused:
            self.held = max(self.held, took)
        else:
            self.slowest = max(self.slowest, took)
        self.tokens.add(token)
        return token

    def tell(self):
        print(json.dumps({
            "calls": self.calls, "failed": len(self.errors), "tokens": len(self.tokens), "errors": self.errors[:3],
            "slowest": self.slowest, "held": self.held}), flush=True)


def is_refused(token):
    with urllib.request.urlopen(WECHAT + "/cgi-bin/get_api_domain_ip?access_token=" + token, timeout=5) as response:
        return json.load(response).get("errcode", 0) != 0


def main():
    running, has_begun = True, False

    def stop(*_):
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    account, client = Account(), CLIENTS[sys.argv[1]]()
    while running:
        token = [account.of(way) for way in client.ways][-1]
        if token and is_refused(token):
            token = account.of(client.refresh, token)
            if token and is_refused(token):
                account.errors.append("WeChat refuses the next token too")
        if not has_begun:
            has_begun, account.slowest = True, 0  # the first round loads libraries
        print("round", flush=True)
        time.sleep(PAUSE)
    account.tell()


main()

"""Calls WeChat again and again until SIGTERM, then tells in one line of JSON how that went."""
import json
import os
import signal
import time

WECHAT = os.environ["WECHAT_URL"]
APPID = os.environ["APPID"]
PAUSE = 0.02


def run(call, token):
    """`call` makes one call to WeChat and raises if it fails; `token` gives the token it was made with."""
    running = True

    def stop(*_):
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    calls, errors, tokens = 0, [], set()
    while running:
        calls += 1
        try:
            call()
            tokens.add(token())
            if calls % 25 == 1:
                print("call %d answered" % calls, flush=True)
        except Exception as error:
            # Without a query: a token may stand in it.
            errors.append("%s: %s" % (type(error).__name__, str(error).split("?")[0]))
        time.sleep(PAUSE)
    print(json.dumps({"calls": calls, "failed": len(errors), "tokens": len(tokens), "errors": errors[:3]}), flush=True)

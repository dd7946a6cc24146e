"""wechatpy reads the key that the cluster writes in Redis; it has no secret to fetch a token with."""
import os

import caller
from redis import Redis
from wechatpy import WeChatClient
from wechatpy.session.redisstorage import RedisStorage

session = RedisStorage(Redis(port=int(os.environ["REDIS_PORT"])))
client = WeChatClient(caller.APPID, "none", session=session, auto_retry=False)
client.API_BASE_URL = caller.WECHAT + "/cgi-bin/"
caller.run(lambda: client.get("get_api_domain_ip"), lambda: client.access_token)

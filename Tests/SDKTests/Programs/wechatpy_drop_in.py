"""wechatpy as it is; only its question for a token goes to the cluster, as the guide shows."""
import caller
from recipes.wechatpy_drop_in import client

client.API_BASE_URL = caller.WECHAT + "/cgi-bin/"
caller.run(lambda: client.get("get_api_domain_ip"), lambda: client.access_token)

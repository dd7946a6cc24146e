"""wechatpy with the hook of the guide."""
import caller
from recipes.wechatpy_hook import client

client.API_BASE_URL = caller.WECHAT + "/cgi-bin/"
caller.run(lambda: client.get("get_api_domain_ip"), lambda: client.access_token)

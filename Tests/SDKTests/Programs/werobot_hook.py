"""WeRoBot with the client of the guide."""
import caller
from recipes.werobot_hook import KeeperRobot

robot = KeeperRobot(enable_session=False, token="unused", APP_ID=caller.APPID)
robot.config["APP_ID"] = caller.APPID
url = caller.WECHAT + "/cgi-bin/get_api_domain_ip"
client = robot.client
caller.run(lambda: client.get(url=url, params={"access_token": client.token}), lambda: client.token)

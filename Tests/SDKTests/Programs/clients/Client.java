import com.google.gson.Gson;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks the cluster as one of Java's clients does, until SIGTERM; then tells how that went. */
public final class Client {
  private static final String BASE = System.getenv("KEEPER_URL");
  private static final String KEY = System.getenv("KEEPER_KEY");
  private static final String APPID = System.getenv("APPID");
  private static final String WECHAT = System.getenv("WECHAT_URL");
  private static final long PAUSE = 250;

  /** Gives the text of a good answer. */
  private interface Exchange {
    String ask(String method, String path, Map<String, String> headers, String body, int limit) throws Exception;
  }

  private interface Refresh {
    String of(String refused) throws Exception;
  }

  private final List<Callable<String>> ways = new ArrayList<>();
  private Refresh refresh;

  /** Every way in, over one exchange. */
  private Client(Exchange exchange) {
    Map<String, String> bearer = Map.of("Authorization", "Bearer " + KEY);
    Map<String, String> json = Map.of("Content-Type", "application/json");
    Map<String, String> both = Map.of("Authorization", "Bearer " + KEY, "Content-Type", "application/json");
    String login = new Gson().toJson(Map.of("grant_type", "client_credential", "appid", APPID, "secret", KEY));
    String query = "grant_type=client_credential&appid=" + encoded(APPID) + "&secret=" + encoded(KEY);
    ways.add(() -> token(exchange.ask("GET", "/token?appid=" + encoded(APPID), bearer, null, 5)));
    ways.add(() -> token(exchange.ask("GET", "/cgi-bin/token?" + query, Map.of(), null, 5)));
    ways.add(() -> token(exchange.ask("POST", "/cgi-bin/stable_token", json, login, 5)));
    refresh = refused -> token(exchange.ask("POST", "/token/refresh", both,
        new Gson().toJson(Map.of("appid", APPID, "access_token", refused)), 20));
  }

  /** The class of the page, made anew every few rounds, because it asks about once a minute. */
  private Client() {
    Keeper[] made = new Keeper[1];
    int[] rounds = {0};
    ways.add(() -> {
      if (rounds[0]++ % 5 == 0) made[0] = new Keeper(BASE, KEY, APPID);
      return made[0].token();
    });
    refresh = refused -> made[0].refresh(refused);
  }

  /** As it comes; it offers the server HTTP/2, and asks one question after the other on one connection. */
  private static Exchange httpClient() {
    HttpClient http = HttpClient.newHttpClient();
    return (method, path, headers, body, limit) -> {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(BASE + path)).timeout(Duration.ofSeconds(limit));
      headers.forEach(request::header);
      if (body != null) request.POST(HttpRequest.BodyPublishers.ofString(body));
      HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) throw new IOException("status " + response.statusCode());
      return response.body();
    };
  }

  private static String withURLConnection(
      String method, String path, Map<String, String> headers, String body, int limit) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) new URL(BASE + path).openConnection();
    connection.setRequestMethod(method);
    connection.setConnectTimeout(limit * 1000);
    connection.setReadTimeout(limit * 1000);
    headers.forEach(connection::setRequestProperty);
    if (body != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String encoded(String text) { return URLEncoder.encode(text, StandardCharsets.UTF_8); }

  private static String token(String answer) {
    return JsonParser.parseString(answer).getAsJsonObject().get("access_token").getAsString();
  }

  private static boolean isRefused(String token) throws IOException {
    URL url = new URL(WECHAT + "/cgi-bin/get_api_domain_ip?access_token=" + token);
    String answer = new String(url.openConnection().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return JsonParser.parseString(answer).getAsJsonObject().has("errcode");
  }

  private final Map<String, Long> account = new LinkedHashMap<>(Map.of("calls", 0L, "slowest", 0L, "held", 0L));
  private final Set<String> tokens = new HashSet<>();
  private final List<String> errors = new ArrayList<>();

  /** Makes one call; a token, or null if it failed. */
  private String of(String time, Callable<String> call) {
    account.merge("calls", 1L, Long::sum);
    long start = System.nanoTime();
    try {
      String token = call.call();
      account.merge(time, (System.nanoTime() - start) / 1_000_000, Math::max);
      tokens.add(token);
      return token;
    } catch (Exception error) {
      errors.add(error.toString().split("\\?")[0]);  // a secret may stand behind it
      return null;
    }
  }

  private void round() throws IOException {
    String token = null;
    for (Callable<String> way : ways) token = of("slowest", way);
    if (token == null || !isRefused(token)) return;
    String refused = token;
    token = of("held", () -> refresh.of(refused));
    if (token != null && isRefused(token)) errors.add("WeChat refuses the next token too");
  }

  private String told() {
    Map<String, Object> all = new LinkedHashMap<>(account);
    all.put("failed", errors.size());
    all.put("tokens", tokens.size());
    all.put("errors", errors.subList(0, Math.min(3, errors.size())));
    return new Gson().toJson(all);
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, Callable<Client>> all = Map.of(
        "HttpClient", () -> new Client(httpClient()), "HttpURLConnection", () -> new Client(Client::withURLConnection),
        "class", Client::new);
    Client client = all.get(arguments[0]).call();
    Thread asking = Thread.currentThread();
    AtomicBoolean isOver = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      isOver.set(true);
      try {
        asking.join(25_000);
      } catch (InterruptedException error) {
        Thread.currentThread().interrupt();
      }
      System.out.println(client.told());
    }));
    client.round();
    client.account.put("slowest", 0L);  // the first round loads libraries
    while (!isOver.get()) {
      client.round();
      System.out.println("round");
      Thread.sleep(PAUSE);
    }
  }
}

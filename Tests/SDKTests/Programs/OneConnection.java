import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;

/** A thousand reads in a row with the client that the JDK gives to whoever asks for nothing else; it offers h2c. */
class OneConnection {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("KEEPER_URL") + "/token?appid=" + System.getenv("APPID")))
            .header("Authorization", "Bearer " + System.getenv("KEEPER_KEY"))
            .build();
        int failed = 0;
        long[] micros = new long[1000];
        // The first call loads the classes and opens the connection.
        client.send(request, HttpResponse.BodyHandlers.ofString());
        for (int call = 0; call < micros.length; call++) {
            long start = System.nanoTime();
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200 || !answer.body().contains("access_token")) failed++;
            } catch (java.io.IOException error) {
                failed++;
            }
            micros[call] = (System.nanoTime() - start) / 1000;
        }
        Arrays.sort(micros);
        System.out.printf("{\"failed\":%d,\"median\":%d,\"slowest\":%d}%n", failed, micros[500], micros[999]);
    }
}

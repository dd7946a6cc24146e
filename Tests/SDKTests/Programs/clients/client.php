<?php
// Asks the cluster as one of PHP's clients does, until SIGTERM; then tells how that went.

[$url, $key, $appid, $wechat] = array_map('getenv', ['KEEPER_URL', 'KEEPER_KEY', 'APPID', 'WECHAT_URL']);
$running = true;
pcntl_async_signals(true);
pcntl_signal(SIGTERM, function () use (&$running) { $running = false; });
set_error_handler(fn ($number, $text) => throw new RuntimeException($text));

// Each gives the text of a good answer.
$curl = curl_init();
$exchanges = [
    'curl' => function (string $method, string $path, array $headers, string $body, int $limit) use ($url, $curl) {
        curl_reset($curl);
        curl_setopt_array($curl, [
            CURLOPT_URL => $url . $path, CURLOPT_HTTPHEADER => $headers, CURLOPT_TIMEOUT => $limit,
            CURLOPT_RETURNTRANSFER => true, CURLOPT_FAILONERROR => true,
        ] + ($method === 'POST' ? [CURLOPT_POSTFIELDS => $body] : []));
        $text = curl_exec($curl);
        return is_string($text) ? $text : throw new RuntimeException(curl_error($curl));
    },
    'file_get_contents' => function ($method, $path, array $headers, string $body, int $limit) use ($url) {
        $http = ['method' => $method, 'header' => $headers, 'content' => $body, 'timeout' => $limit];
        return file_get_contents($url . $path, false, stream_context_create(['http' => $http]));
    },
    // As old programs do it: HTTP/1.0, read to the end.
    'fsockopen' => function (string $method, string $path, array $headers, string $body, int $limit) use ($url) {
        ['host' => $host, 'port' => $port] = parse_url($url);
        $socket = fsockopen($host, $port, $number, $text, $limit);
        stream_set_timeout($socket, $limit);
        $lines = ["$method $path HTTP/1.0", "Host: $host:$port", 'Content-Length: ' . strlen($body), ...$headers];
        fwrite($socket, implode("\r\n", $lines) . "\r\n\r\n" . $body);
        $answer = '';
        while (!feof($socket) && !stream_get_meta_data($socket)['timed_out']) {
            $answer .= fgets($socket, 4096);
        }
        $late = stream_get_meta_data($socket)['timed_out'];
        fclose($socket);
        [$head, $text] = explode("\r\n\r\n", $answer, 2) + ['', ''];
        $isGood = !$late && str_contains(strtok($head, "\r\n"), ' 200 ');
        return $isGood ? $text : throw new RuntimeException($late ? 'no end in time' : $head);
    },
];

/** Every way in over one exchange: functions that give a token, and the report of a refused one. */
function plain(callable $exchange, string $key, string $appid): array
{
    $token = fn (...$question) => json_decode($exchange(...$question), true, 8, JSON_THROW_ON_ERROR)['access_token'];
    $login = ['grant_type' => 'client_credential', 'appid' => $appid, 'secret' => $key];
    $json = 'Content-Type: application/json';
    $bearer = "Authorization: Bearer $key";
    return [[
        fn () => $token('GET', '/token?' . http_build_query(['appid' => $appid]), [$bearer], '', 5),
        fn () => $token('GET', '/cgi-bin/token?' . http_build_query($login), [], '', 5),
        fn () => $token('POST', '/cgi-bin/stable_token', [$json], json_encode($login), 5),
    ], fn ($refused) => $token(
        'POST', '/token/refresh', [$bearer, $json], json_encode(['appid' => $appid, 'access_token' => $refused]), 20)];
}

/** The class of the page, made anew every few rounds, because it asks about once a minute. */
function ofTheClass(string $url, string $key, string $appid): array
{
    require 'Symfony/Component/HttpClient/autoload.php';
    require getenv('CLASSES') . '/Keeper.php';
    $made = null;
    $rounds = 0;
    return [[function () use (&$made, &$rounds, $url, $key, $appid) {
        $made = $rounds++ % 5 === 0 ? new Keeper($url, $key, $appid) : $made;
        return $made->token();
    }], function ($refused) use (&$made) { return $made->refresh($refused); }];
}

[$ways, $refresh] = $argv[1] === 'class' ? ofTheClass($url, $key, $appid) : plain($exchanges[$argv[1]], $key, $appid);
$account = ['calls' => 0, 'slowest' => 0, 'held' => 0];
$tokens = $errors = [];

$of = function (string $time, callable $call, ...$refused) use (&$account, &$tokens, &$errors): ?string {
    $account['calls']++;
    $start = hrtime(true);
    try {
        $token = $call(...$refused);
    } catch (Throwable $error) {
        $errors[] = get_class($error) . ': ' . explode('?', $error->getMessage())[0];  // a secret may stand behind it
        return null;
    }
    $account[$time] = max($account[$time], intdiv(hrtime(true) - $start, 1000000));
    $tokens[$token] = true;
    return $token;
};
$isRefused = fn ($token) => (json_decode(
    file_get_contents("$wechat/cgi-bin/get_api_domain_ip?access_token=$token"), true)['errcode'] ?? 0) !== 0;

$hasBegun = false;
while ($running) {
    foreach ($ways as $way) {
        $token = $of('slowest', $way);
    }
    if ($token !== null && $isRefused($token)) {
        $token = $of('held', $refresh, $token);
        if ($token !== null && $isRefused($token)) {
            $errors[] = 'WeChat refuses the next token too';
        }
    }
    $account['slowest'] = $hasBegun ? $account['slowest'] : 0;  // the first round loads libraries
    $hasBegun = true;
    echo "round\n";
    usleep(250000);
}
$account += ['failed' => count($errors), 'tokens' => count($tokens), 'errors' => array_slice($errors, 0, 3)];
echo json_encode($account), "\n";

<?php
// Reads what the PHP server before wxkeeper wrote: the token and its end, as plain strings.
$redis = new Redis();
$redis->connect('127.0.0.1', (int) getenv('REDIS_PORT'));
$token = $redis->get('WCH_access_token');
$end = $redis->get('WCH_expires_in');
echo json_encode(['token' => $token, 'left' => (int) $end - time(), 'plain' => is_string($token)]), "\n";

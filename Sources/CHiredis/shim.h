#pragma once
#include <hiredis/hiredis.h>

/// `redisFormatCommandArgv` returns `int` in hiredis 0.14 and `long long` from 1.0 on; this is always `long long`.
static inline long long chiredis_format_command(
    char **target, int count, const char **arguments, const size_t *lengths) {
    return redisFormatCommandArgv(target, count, arguments, lengths);
}

#pragma once
// _GNU_SOURCE would show pthread_setname_np, but a module map cannot set it for the Glibc module; so its
// prototype stands below. Handles become incomplete types (OpaquePointer in Swift) instead of bare void pointers.
#define CURL_STRICTER
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

// curl_easy_setopt is variadic and can't be called from Swift. One wrapper per argument type.
// https://curl.se/libcurl/c/curl_easy_setopt.html

static inline CURLcode ccurl_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

/// A null string resets the option to "not set".
static inline CURLcode ccurl_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_setopt_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_setopt_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_setopt_error_buffer(CURL *handle, char *buffer) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

static inline CURLcode ccurl_set_body_callback(CURL *handle, curl_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_set_header_callback(CURL *handle, curl_write_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

static inline CURLcode ccurl_set_prerequest_callback(CURL *handle, curl_prereq_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

static inline CURLcode ccurl_getinfo_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// CURLMsg holds its result in a union. Read it before curl_multi_remove_handle, which frees the message.
static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }

/// A macro with a shift and an or in it, which Swift does not import.
static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

/// What the library that is loaded says of itself. https://curl.se/libcurl/c/curl_version_info.html
static inline const char *ccurl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
static inline const char *ccurl_tls_version(void) { return curl_version_info(CURLVERSION_NOW)->ssl_version; }

#ifdef __linux__
extern int pthread_setname_np(pthread_t thread, const char *name);
#endif

/// Names the calling thread for profilers, and keeps SIGPIPE away from it: libcurl with CURLOPT_NOSIGNAL may write to
/// a socket the peer has closed. Threads it starts (the resolver's) inherit the mask.
static inline void ccurl_prepare_thread(const char *name) {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
#ifdef __linux__
    pthread_setname_np(pthread_self(), name);
#else
    pthread_setname_np(name);
#endif
}

/// The calling thread as a number that can be kept in an atomic.
static inline uintptr_t ccurl_current_thread(void) { return (uintptr_t)pthread_self(); }

// The least that a web server can do: waits, reads, and sends the bytes of a file, whatever was asked.
//
//     epoll-floor PORT FILE LOOPS
//
// It does not look at what it reads. So a caller must send each request in one piece, and the next one only when the
// last is answered, as wrk does. Every loop is a process with a listening socket of its own.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[16384];
static size_t answer_length;

static void read_answer(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) err(1, "%s", path);
    answer_length = fread(answer, 1, sizeof answer, file);
    if (ferror(file) || !feof(file)) errx(1, "%s: not read, or longer than %zu bytes", path, sizeof answer);
    fclose(file);
}

static int listen_on(int port) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0)
        err(1, "port %d", port);
    return listener;
}

static void watch(int loop, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event) < 0) err(1, "epoll_ctl");
}

static void accept_from(int listener, int loop) {
    int on = 1, caller = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (caller < 0) return;
    setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(loop, caller);
}

// A caller that has gone, and one that does not take what is sent, is forgotten.
static void answer_one(int caller) {
    char request[16384];
    ssize_t length = recv(caller, request, sizeof request, 0);
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0 || send(caller, answer, answer_length, MSG_NOSIGNAL) != (ssize_t)answer_length) close(caller);
}

int main(int count, char **words) {
    if (count != 4) errx(64, "usage: epoll-floor PORT FILE LOOPS");
    read_answer(words[2]);
    for (int left = atoi(words[3]); left > 1; left--) {
        pid_t child = fork();
        if (child < 0) err(1, "fork");
        if (child > 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        break;
    }
    int listener = listen_on(atoi(words[1])), loop = epoll_create1(0);
    if (loop < 0) err(1, "epoll_create1");
    watch(loop, listener);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(loop, events, 256, -1);
        if (ready < 0 && errno != EINTR) err(1, "epoll_wait");
        for (int each = 0; each < ready; each++) {
            if (events[each].data.fd == listener) accept_from(listener, loop);
            else answer_one(events[each].data.fd);
        }
    }
}

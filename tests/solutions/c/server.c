/* A Redis server: one thread sleeps in select(2) until a client is ready or a key is due. */
#include "client.h"
#include "deadlines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* In milliseconds: POSIX wants select to take up to 31 days. */
static const long long LONGEST_SLEEP = 31LL * 24 * 60 * 60 * 1000;

/* By descriptor. An fd_set has FD_SETSIZE bits, so there are no others. */
static struct client *clients[FD_SETSIZE];

static int check(int result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

static int listen_on(in_port_t port) {
    int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    /* A server that is restarted gets its port back at once. */
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, SOMAXCONN), "listen");
    /* A client can vanish between select and accept, and accept would wait for the next one. */
    check(fcntl(listener, F_SETFL, O_NONBLOCK), "fcntl");
    return listener;
}

static void accept_client(int listener) {
    int socket = accept(listener, NULL, NULL);
    if (socket >= FD_SETSIZE)
        close(socket);
    else if (socket >= 0)
        clients[socket] = new_client(socket);
}

/* How long to sleep: NULL means until somebody wakes us. */
static struct timeval *until_nearest(struct timeval *timeout) {
    const struct entry *entry = nearest();
    if (entry == NULL)
        return NULL;
    long long left = entry->deadline - now();
    left = left < 0 ? 0 : left < LONGEST_SLEEP ? left + 1 : LONGEST_SLEEP;
    *timeout = (struct timeval){left / 1000, left % 1000 * 1000};
    return timeout;
}

/* Sleeps until there is something to do, and leaves in the sets what can be read and written. */
static void wait_for_work(int listener, fd_set *readable, fd_set *writable) {
    FD_ZERO(readable);
    FD_ZERO(writable);
    FD_SET(listener, readable);
    int highest = listener;
    for (int socket = 0; socket < FD_SETSIZE; socket++) {
        const struct client *client = clients[socket];
        if (client == NULL)
            continue;
        if (wants_to_read(client))
            FD_SET(socket, readable);
        if (wants_to_write(client))
            FD_SET(socket, writable);
        highest = socket > highest ? socket : highest;
    }
    struct timeval timeout;
    if (select(highest + 1, readable, writable, NULL, until_nearest(&timeout)) < 0) {
        if (errno != EINTR)
            check(-1, "select");
        FD_ZERO(readable); /* a signal came: what the sets hold is undefined */
        FD_ZERO(writable);
    }
}

int main(void) {
    int listener = listen_on(6379);
    printf("listening on 127.0.0.1:6379\n");
    fflush(stdout);
    for (;;) {
        fd_set readable, writable;
        wait_for_work(listener, &readable, &writable);
        remove_expired();
        for (int socket = 0; socket < FD_SETSIZE; socket++) {
            struct client *client = clients[socket];
            if (client == NULL || !(FD_ISSET(socket, &readable) || FD_ISSET(socket, &writable)))
                continue;
            serve(client, FD_ISSET(socket, &readable));
            if (!wants_to_read(client) && !wants_to_write(client)) {
                delete_client(client);
                clients[socket] = NULL;
            }
        }
        if (FD_ISSET(listener, &readable))
            accept_client(listener);
    }
}

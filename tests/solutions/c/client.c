#include "client.h"

#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client with so many bytes of unread replies has to read before it is served any further. */
enum { MAX_UNREAD = 1024 * 1024 };

struct client *new_client(int socket) {
    fcntl(socket, F_SETFL, O_NONBLOCK);
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct client *client = resize(NULL, sizeof *client);
    *client = (struct client){.socket = socket};
    return client;
}

void delete_client(struct client *client) {
    close(client->socket);
    free(client->parser.arguments);
    free(client->input.data);
    free(client->output.data);
    free(client);
}

static size_t unsent(const struct client *client) {
    return client->output.length - client->sent;
}

bool wants_to_read(const struct client *client) {
    return !client->paused && !client->ended;
}

bool wants_to_write(const struct client *client) {
    return client->paused || unsent(client) > 0;
}

/* The client has gone, and what it is owed with it. */
static void abandon(struct client *client) {
    client->ended = true;
    client->paused = false;
    client->sent = client->output.length;
}

static bool should_wait(void) {
    return errno == EAGAIN || errno == EINTR;
}

static void receive(struct client *client) {
    static char chunk[64 * 1024];
    ssize_t length = read(client->socket, chunk, sizeof chunk);
    if (length > 0)
        append(&client->input, chunk, length);
    else if (length == 0)
        client->ended = true; /* it sends no more, but may still read */
    else if (!should_wait())
        abandon(client);
}

/* Executes the complete requests, until there are too many replies that the client has not read. */
static void execute_all(struct client *client) {
    size_t executed = 0;
    enum progress progress = COMPLETE;
    while (unsent(client) < MAX_UNREAD && progress == COMPLETE) {
        struct slice rest = {client->input.data + executed, client->input.length - executed};
        char problem[64];
        progress = parse(&client->parser, rest, problem);
        if (progress == COMPLETE) {
            execute(&(struct request){rest.data, &client->parser}, &client->output);
            executed += client->parser.position;
        } else if (progress == BROKEN) {
            char message[96];
            snprintf(message, sizeof message, "Protocol error: %s", problem);
            reply_error_text(&client->output, message);
            client->ended = true;
            executed = client->input.length;
        }
    }
    drop(&client->input, executed);
    client->paused = progress == COMPLETE;
}

static void flush(struct client *client) {
    const char *data = client->output.data + client->sent;
    ssize_t length = send(client->socket, data, unsent(client), MSG_NOSIGNAL);
    if (length >= 0)
        client->sent += length;
    else if (!should_wait())
        abandon(client);
    /* What is left moves only when it is less than what has gone: no byte moves again and again. */
    if (client->sent > client->output.length / 2) {
        drop(&client->output, client->sent);
        client->sent = 0;
    }
}

void serve(struct client *client, bool readable) {
    if (readable)
        receive(client);
    execute_all(client);
    if (unsent(client) > 0)
        flush(client);
}

/* One client: the bytes that have come from it, and the replies that it is owed. */
#ifndef CLIENT_H
#define CLIENT_H

#include "resp.h"

struct client {
    int socket;
    struct parser parser;
    struct buffer input, output;
    size_t sent; /* how much of the output has been written to the socket */
    bool paused; /* requests wait until the client has read its replies */
    bool ended; /* nothing more will be read */
};

/* The socket is nonblocking from now on, and is closed with the client. */
struct client *new_client(int socket);
void delete_client(struct client *client);

bool wants_to_read(const struct client *client);
/* Without a wish to read or to write, the client has got all that it is owed. */
bool wants_to_write(const struct client *client);

/* Reads once if that is possible, executes what has come, and writes once. */
void serve(struct client *client, bool readable);

#endif

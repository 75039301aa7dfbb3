/* The protocol: requests out of the bytes that have come, and replies as bytes. */
#ifndef RESP_H
#define RESP_H

#include "bytes.h"

/* A parser stops after any byte, and goes on when more have come. All zero is a new one. */
struct parser {
    enum { AT_START, AT_LENGTH, AT_ARGUMENT, AT_END } state;
    size_t position; /* of the part that `state` names, from the start of the request */
    size_t searched; /* how much of an unfinished line has no end in it */
    long long missing; /* arguments still to come, with the current one */
    long long length; /* of the current argument */
    struct range {
        size_t start, length;
    } *arguments;
    size_t count, capacity;
};

struct request {
    const char *input;
    const struct parser *parser;
};

enum progress { INCOMPLETE, COMPLETE, BROKEN };

/* Parses a request from `input`, which holds what was there at the last call and perhaps more.
 * A complete one takes parser->position bytes; of a broken one `problem` says what is wrong. */
enum progress parse(struct parser *parser, struct slice input, char problem[64]);

/* Argument 0 is the name of the command. */
struct slice argument(const struct request *request, size_t index);

void reply_simple(struct buffer *replies, const char *text);
void reply_bulk(struct buffer *replies, struct slice value);
void reply_null(struct buffer *replies);
/* Replies `-ERR message`, with spaces instead of line ends. */
void reply_error(struct buffer *replies, struct slice message);
void reply_error_text(struct buffer *replies, const char *message);

#endif

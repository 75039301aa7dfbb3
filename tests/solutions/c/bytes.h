/* Bytes: those of others, and those that one owns and adds to. */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* A part of somebody else's bytes. There is no zero byte at its end, and there may be some inside. */
struct slice {
    const char *data;
    size_t length;
};

/* Bytes that grow at their end. All zero is an empty one. */
struct buffer {
    char *data;
    size_t length, capacity;
};

/* Like realloc(3), but there is always enough memory: without, it ends the program. */
void *resize(void *memory, size_t size);

void append(struct buffer *buffer, const void *data, size_t length);
void append_text(struct buffer *buffer, const char *text);
/* Removes bytes from the front, and gives back most of the memory of an empty buffer. */
void drop(struct buffer *buffer, size_t length);

/* Whether the bytes are this text, in upper or in lower case. */
bool is_text(struct slice slice, const char *text);
/* Takes a number only in the form in which Redis would write it. */
bool parse_integer(struct slice slice, long long *number);

#endif

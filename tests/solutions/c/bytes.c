#include "bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEPT_WHEN_EMPTY = 64 * 1024 };

void *resize(void *memory, size_t size) {
    memory = realloc(memory, size);
    if (memory == NULL && size > 0) {
        perror("realloc");
        abort();
    }
    return memory;
}

void append(struct buffer *buffer, const void *data, size_t length) {
    if (length == 0)
        return; /* perhaps there is no data to point to */
    size_t needed = buffer->length + length;
    if (needed > buffer->capacity) {
        size_t doubled = 2 * buffer->capacity;
        buffer->capacity = needed > doubled ? needed : doubled;
        buffer->data = resize(buffer->data, buffer->capacity);
    }
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length = needed;
}

void append_text(struct buffer *buffer, const char *text) {
    append(buffer, text, strlen(text));
}

void drop(struct buffer *buffer, size_t length) {
    if (length == 0)
        return;
    buffer->length -= length;
    memmove(buffer->data, buffer->data + length, buffer->length);
    if (buffer->length == 0 && buffer->capacity > KEPT_WHEN_EMPTY) {
        buffer->capacity = KEPT_WHEN_EMPTY;
        buffer->data = resize(buffer->data, KEPT_WHEN_EMPTY);
    }
}

bool is_text(struct slice slice, const char *text) {
    return slice.length == strlen(text) && strncasecmp(slice.data, text, slice.length) == 0;
}

bool parse_integer(struct slice slice, long long *number) {
    char text[24], canonical[24];
    if (slice.length >= sizeof text)
        return false;
    memcpy(text, slice.data, slice.length);
    text[slice.length] = '\0';
    errno = 0;
    *number = strtoll(text, NULL, 10);
    int length = snprintf(canonical, sizeof canonical, "%lld", *number);
    return errno == 0 && (size_t)length == slice.length && memcmp(text, canonical, length) == 0;
}

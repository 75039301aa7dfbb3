#include "resp.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 64 * 1024, MAX_BULK = 512 * 1024 * 1024 };

static void add_argument(struct parser *parser, size_t start, size_t length) {
    if (parser->count == parser->capacity) {
        parser->capacity = parser->capacity ? 2 * parser->capacity : 4;
        parser->arguments =
            resize(parser->arguments, parser->capacity * sizeof *parser->arguments);
    }
    parser->arguments[parser->count++] = (struct range){start, length};
}

/* Finds the line at the parser's position, without its end, and goes on behind it. */
static enum progress take_line(struct parser *parser, struct slice input, struct slice *line,
                               char problem[64]) {
    const char *start = input.data + parser->position;
    size_t length = input.length - parser->position;
    if (length == parser->searched)
        return INCOMPLETE; /* nothing new; perhaps there are no bytes at all to search */
    const char *end = memchr(start + parser->searched, '\n', length - parser->searched);
    if (end == NULL) {
        parser->searched = length;
        if (length <= MAX_LINE)
            return INCOMPLETE;
        const char *kind = *start == '*'   ? "mbulk count string"
                           : *start == '$' ? "bulk count string"
                                           : "inline request";
        snprintf(problem, 64, "too big %s", kind);
        return BROKEN;
    }
    parser->searched = 0;
    parser->position += end - start + 1;
    if (end > start && end[-1] == '\r')
        end--;
    *line = (struct slice){start, end - start};
    return COMPLETE;
}

static void split_words(struct parser *parser, struct slice input, struct slice line) {
    size_t start = line.data - input.data, end = start + line.length;
    while (start < end) {
        size_t length = 0;
        while (start + length < end && !isspace((unsigned char)input.data[start + length]))
            length++;
        if (length > 0)
            add_argument(parser, start, length);
        start += length + 1;
    }
}

static enum progress parse_start(struct parser *parser, struct slice input, char problem[64]) {
    struct slice line;
    enum progress progress = take_line(parser, input, &line, problem);
    if (progress != COMPLETE)
        return progress;
    if (line.length == 0 || line.data[0] != '*') {
        split_words(parser, input, line);
        parser->state = AT_END;
        return COMPLETE;
    }
    struct slice number = {line.data + 1, line.length - 1};
    if (!parse_integer(number, &parser->missing) || parser->missing > INT_MAX) {
        strcpy(problem, "invalid multibulk length");
        return BROKEN;
    }
    parser->state = parser->missing > 0 ? AT_LENGTH : AT_END;
    return COMPLETE;
}

static enum progress parse_length(struct parser *parser, struct slice input, char problem[64]) {
    struct slice line;
    enum progress progress = take_line(parser, input, &line, problem);
    if (progress != COMPLETE)
        return progress;
    if (line.length == 0 || line.data[0] != '$') {
        snprintf(problem, 64, "expected '$', got '%.*s'", line.length > 0, line.data);
        return BROKEN;
    }
    struct slice number = {line.data + 1, line.length - 1};
    if (!parse_integer(number, &parser->length) || parser->length < 0 ||
        parser->length > MAX_BULK) {
        strcpy(problem, "invalid bulk length");
        return BROKEN;
    }
    parser->state = AT_ARGUMENT;
    return COMPLETE;
}

static enum progress parse_argument(struct parser *parser, struct slice input) {
    size_t end = parser->position + parser->length + strlen("\r\n");
    if (input.length < end)
        return INCOMPLETE;
    add_argument(parser, parser->position, parser->length);
    parser->position = end;
    parser->state = --parser->missing > 0 ? AT_LENGTH : AT_END;
    return COMPLETE;
}

enum progress parse(struct parser *parser, struct slice input, char problem[64]) {
    if (parser->state == AT_END) {
        free(parser->arguments);
        *parser = (struct parser){0};
    }
    enum progress progress = COMPLETE;
    while (progress == COMPLETE && parser->state != AT_END) {
        switch (parser->state) {
        case AT_START:
            progress = parse_start(parser, input, problem);
            break;
        case AT_LENGTH:
            progress = parse_length(parser, input, problem);
            break;
        default:
            progress = parse_argument(parser, input);
        }
    }
    return progress;
}

struct slice argument(const struct request *request, size_t index) {
    struct range range = request->parser->arguments[index];
    return (struct slice){request->input + range.start, range.length};
}

void reply_simple(struct buffer *replies, const char *text) {
    append_text(replies, "+");
    append_text(replies, text);
    append_text(replies, "\r\n");
}

void reply_bulk(struct buffer *replies, struct slice value) {
    char header[32];
    append(replies, header, snprintf(header, sizeof header, "$%zu\r\n", value.length));
    append(replies, value.data, value.length);
    append_text(replies, "\r\n");
}

void reply_null(struct buffer *replies) {
    append_text(replies, "$-1\r\n");
}

void reply_error(struct buffer *replies, struct slice message) {
    append_text(replies, "-ERR ");
    size_t start = replies->length;
    append(replies, message.data, message.length);
    for (char *byte = replies->data + start; byte < replies->data + replies->length; byte++)
        if (*byte == '\r' || *byte == '\n')
            *byte = ' ';
    append_text(replies, "\r\n");
}

void reply_error_text(struct buffer *replies, const char *message) {
    reply_error(replies, (struct slice){message, strlen(message)});
}

#include "commands.h"

#include "store.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct set_options {
    bool only_missing, only_existing, keep_deadline, get;
    const struct unit *unit; /* NULL without a deadline */
    struct slice number;
};

/* What the number behind an option counts, in milliseconds, and whether from now or from 1970. */
static const struct unit {
    const char *name;
    int scale;
    bool from_now;
} units[] = {{"EX", 1000, true}, {"PX", 1, true}, {"EXAT", 1000, false}, {"PXAT", 1, false}};

static const struct unit *find_unit(struct slice name) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (is_text(name, units[i].name))
            return &units[i];
    return NULL;
}

/* Reads what follows key and value, and says whether it is known and does not contradict itself.
 * As in Redis, an option may be repeated, and the last one counts. */
static bool read_options(const struct request *request, struct set_options *options) {
    size_t count = request->parser->count;
    for (size_t i = 3; i < count; i++) {
        struct slice name = argument(request, i);
        const struct unit *unit = find_unit(name);
        if (is_text(name, "NX")) {
            options->only_missing = true;
        } else if (is_text(name, "XX")) {
            options->only_existing = true;
        } else if (is_text(name, "GET")) {
            options->get = true;
        } else if (is_text(name, "KEEPTTL")) {
            options->keep_deadline = true;
        } else {
            bool other = options->unit != NULL && options->unit != unit;
            if (unit == NULL || other || ++i == count)
                return false;
            options->unit = unit;
            options->number = argument(request, i);
        }
    }
    return !(options->only_missing && options->only_existing) &&
           !(options->keep_deadline && options->unit != NULL);
}

/* Returns what is wrong with the deadline, or NULL. */
static const char *read_deadline(const struct set_options *options, long long *deadline) {
    *deadline = NEVER;
    if (options->unit == NULL)
        return NULL;
    long long number;
    if (!parse_integer(options->number, &number))
        return "value is not an integer or out of range";
    long long start = options->unit->from_now ? now() : 0;
    if (number <= 0 || number > (LLONG_MAX - start) / options->unit->scale)
        return "invalid expire time in 'set' command";
    *deadline = start + number * options->unit->scale;
    return NULL;
}

static void reply_value(struct buffer *replies, const struct entry *entry) {
    if (entry == NULL)
        reply_null(replies);
    else
        reply_bulk(replies, (struct slice){entry->value.data, entry->value.length});
}

static void run_set(const struct request *request, struct buffer *replies) {
    struct set_options options = {0};
    if (!read_options(request, &options))
        return reply_error_text(replies, "syntax error");
    long long deadline;
    const char *problem = read_deadline(&options, &deadline);
    if (problem != NULL)
        return reply_error_text(replies, problem);
    struct slice key = argument(request, 1);
    struct entry *old = find(key);
    if (options.keep_deadline && old != NULL)
        deadline = old->deadline;
    bool refused = old != NULL ? options.only_missing : options.only_existing;
    if (options.get)
        reply_value(replies, old);
    else if (!refused)
        reply_simple(replies, "OK");
    else
        reply_null(replies);
    if (!refused)
        set(key, argument(request, 2), deadline);
}

static void run_get(const struct request *request, struct buffer *replies) {
    reply_value(replies, find(argument(request, 1)));
}

static void run_echo(const struct request *request, struct buffer *replies) {
    reply_bulk(replies, argument(request, 1));
}

static void run_ping(const struct request *request, struct buffer *replies) {
    if (request->parser->count == 1)
        reply_simple(replies, "PONG");
    else
        reply_bulk(replies, argument(request, 1));
}

static const struct command {
    const char *name;
    size_t least, most; /* arguments, with the name */
    void (*run)(const struct request *request, struct buffer *replies);
} commands[] = {
    {"ping", 1, 2, run_ping},
    {"echo", 2, 2, run_echo},
    {"get", 2, 2, run_get},
    {"set", 3, SIZE_MAX, run_set},
};

static struct slice shortened(struct slice slice, size_t most) {
    return (struct slice){slice.data, slice.length < most ? slice.length : most};
}

static void reply_unknown(const struct request *request, struct buffer *replies) {
    struct slice name = shortened(argument(request, 0), 128);
    struct buffer message = {0};
    append_text(&message, "unknown command '");
    append(&message, name.data, name.length);
    append_text(&message, "', with args beginning with: ");
    size_t start = message.length;
    for (size_t i = 1; i < request->parser->count && message.length - start < 128; i++) {
        struct slice shown = shortened(argument(request, i), 128 - (message.length - start));
        append_text(&message, "'");
        append(&message, shown.data, shown.length);
        append_text(&message, "' ");
    }
    reply_error(replies, (struct slice){message.data, message.length});
    free(message.data);
}

void execute(const struct request *request, struct buffer *replies) {
    size_t count = request->parser->count;
    if (count == 0)
        return; /* an empty line or array, which Redis passes over as well */
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct command *command = &commands[i];
        if (!is_text(argument(request, 0), command->name))
            continue;
        if (command->least <= count && count <= command->most)
            return command->run(request, replies);
        char message[64];
        snprintf(message, sizeof message, "wrong number of arguments for '%s' command",
                 command->name);
        return reply_error_text(replies, message);
    }
    reply_unknown(request, replies);
}

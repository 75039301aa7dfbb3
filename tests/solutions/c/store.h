/* The store: keys, their values and their deadlines. */
#ifndef STORE_H
#define STORE_H

#include "bytes.h"

#include <stdint.h>

/* Milliseconds since 1970, as all deadlines are. */
long long now(void);

enum { NEVER = 0 };

struct entry {
    struct entry *next; /* in the same bucket of the hash table */
    uint64_t hash;
    long long deadline; /* or NEVER */
    size_t place; /* in the queue of deadlines, if it has one */
    struct buffer value;
    size_t key_length;
    char key[];
};

/* The entry of a key, unless its deadline has passed; or NULL. */
struct entry *find(struct slice key);
void set(struct slice key, struct slice value, long long deadline);
void remove_expired(void);

#endif

#include "store.h"

#include "deadlines.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A hash table: entries whose hashes end in the same bits share a bucket, which is a list. */
static struct entry **buckets;
static size_t bucket_count; /* a power of 2, or 0 */
static size_t entry_count;

long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* FNV-1a */
static uint64_t hash_of(struct slice key) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 1099511628211u;
    return hash;
}

static struct entry **bucket_of(uint64_t hash) {
    return &buckets[hash & (bucket_count - 1)];
}

/* The link that points to the key's entry, or the one at the end of its bucket. */
static struct entry **link_to(struct slice key, uint64_t hash) {
    struct entry **link = bucket_of(hash);
    for (; *link != NULL; link = &(*link)->next) {
        struct entry *entry = *link;
        if (entry->hash == hash && entry->key_length == key.length &&
            memcmp(entry->key, key.data, key.length) == 0)
            break;
    }
    return link;
}

static void grow(void) {
    struct entry **old = buckets;
    size_t old_count = bucket_count;
    bucket_count = old_count ? 2 * old_count : 64;
    buckets = resize(NULL, bucket_count * sizeof *buckets);
    for (size_t i = 0; i < bucket_count; i++)
        buckets[i] = NULL;
    for (size_t i = 0; i < old_count; i++) {
        for (struct entry *entry = old[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            struct entry **bucket = bucket_of(entry->hash);
            entry->next = *bucket;
            *bucket = entry;
        }
    }
    free(old);
}

struct entry *find(struct slice key) {
    if (entry_count == 0)
        return NULL;
    struct entry *entry = *link_to(key, hash_of(key));
    /* As in Redis, a key lives until the end of its last millisecond. */
    bool expired = entry != NULL && entry->deadline != NEVER && entry->deadline < now();
    return expired ? NULL : entry;
}

static struct entry *add(struct slice key, uint64_t hash) {
    if (entry_count == bucket_count)
        grow();
    struct entry *entry = resize(NULL, sizeof *entry + key.length);
    *entry = (struct entry){.hash = hash, .deadline = NEVER, .key_length = key.length};
    memcpy(entry->key, key.data, key.length);
    struct entry **bucket = bucket_of(hash);
    entry->next = *bucket;
    *bucket = entry;
    entry_count++;
    return entry;
}

void set(struct slice key, struct slice value, long long deadline) {
    uint64_t hash = hash_of(key);
    struct entry *entry = entry_count > 0 ? *link_to(key, hash) : NULL;
    if (entry == NULL)
        entry = add(key, hash);
    free(entry->value.data);
    entry->value = (struct buffer){0};
    append(&entry->value, value.data, value.length);
    if (entry->deadline != NEVER)
        unschedule(entry);
    entry->deadline = deadline;
    if (deadline != NEVER)
        schedule(entry);
}

void remove_expired(void) {
    struct entry *entry;
    while ((entry = nearest()) != NULL && entry->deadline < now()) {
        unschedule(entry);
        *link_to((struct slice){entry->key, entry->key_length}, entry->hash) = entry->next;
        free(entry->value.data);
        free(entry);
        entry_count--;
    }
}

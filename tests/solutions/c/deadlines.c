#include "deadlines.h"

/* A binary heap: no entry is due before its parent, and each knows its place, to be removed from
 * the middle. */
static struct entry **heap;
static size_t count, capacity;

static void put(struct entry *entry, size_t place) {
    heap[place] = entry;
    entry->place = place;
}

/* Puts an entry into a free place, or where it belongs above or below it. */
static void settle(struct entry *entry, size_t place) {
    for (size_t parent; place > 0; place = parent) {
        parent = (place - 1) / 2;
        if (heap[parent]->deadline <= entry->deadline)
            break;
        put(heap[parent], place);
    }
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        if (child + 1 < count && heap[child + 1]->deadline < heap[child]->deadline)
            child++;
        if (entry->deadline <= heap[child]->deadline)
            break;
        put(heap[child], place);
    }
    put(entry, place);
}

void schedule(struct entry *entry) {
    if (count == capacity) {
        capacity = capacity ? 2 * capacity : 64;
        heap = resize(heap, capacity * sizeof *heap);
    }
    count++;
    settle(entry, count - 1);
}

void unschedule(struct entry *entry) {
    struct entry *last = heap[--count];
    if (last != entry)
        settle(last, entry->place);
}

struct entry *nearest(void) {
    return count > 0 ? heap[0] : NULL;
}

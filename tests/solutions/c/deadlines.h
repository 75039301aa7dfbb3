/* The queue of the entries that have a deadline, the nearest first. */
#ifndef DEADLINES_H
#define DEADLINES_H

#include "store.h"

void schedule(struct entry *entry);
void unschedule(struct entry *entry);
/* The entry with the nearest deadline, or NULL. */
struct entry *nearest(void);

#endif

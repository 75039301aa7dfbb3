"""The store: keys, their values and their deadlines."""

import heapq
import time

LONGEST_SLEEP = 24 * 60 * 60  # in seconds; epoll_wait(2) takes no more than 2**31 milliseconds


def now():
    """In milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Store:
    def __init__(self):
        self.entries = {}  # key: (value, deadline or None)
        # A heap of (deadline, key). A pair stays when its key gets another deadline, and counts
        # for nothing from then on.
        self.schedule = []

    def get(self, key):
        return self.live_entry(key)[0]

    def deadline(self, key):
        return self.live_entry(key)[1]

    def live_entry(self, key):
        value, deadline = self.entries.get(key, (None, None))
        has_passed = deadline is not None and deadline < now()
        return (None, None) if has_passed else (value, deadline)

    def set(self, key, value, deadline):
        self.entries[key] = (value, deadline)
        if deadline is not None:
            heapq.heappush(self.schedule, (deadline, key))
        # A key that is set again and again must not fill the memory with its old deadlines.
        if len(self.schedule) > 2 * len(self.entries) + 1000:
            self.schedule = [(d, k) for k, (_, d) in self.entries.items() if d is not None]
            heapq.heapify(self.schedule)

    def is_current(self, deadline, key):
        return self.entries.get(key, (None, None))[1] == deadline

    def seconds_to_nearest_deadline(self):
        """None means for ever: with no deadline the server sleeps until a client wakes it."""
        if not self.schedule:
            return None
        return min(max(0, self.schedule[0][0] + 1 - now()) / 1000, LONGEST_SLEEP)

    def remove_expired(self):
        while self.schedule and self.schedule[0][0] < now():
            deadline, key = heapq.heappop(self.schedule)
            if self.is_current(deadline, key):
                del self.entries[key]

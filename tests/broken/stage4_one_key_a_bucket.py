# Fault: its hash table keeps one key in each bucket
# Fails: stage 4, "ten thousand keys keep their values apart"
# Says: two keys with the same hash

import zlib
from right import Server


class Broken(Server):
    buckets = [None] * 16384

    def store(self, key, value, deadline):
        self.buckets[zlib.crc32(key) % len(self.buckets)] = value

    def look_up(self, key):
        return self.buckets[zlib.crc32(key) % len(self.buckets)]


Broken().run()

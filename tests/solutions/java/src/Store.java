import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Keys, their values and their deadlines, which are in milliseconds since 1970. */
final class Store {
    static final long NEVER = 0;

    /** The value is null where there is none. */
    record Entry(byte[] value, long deadline) {}

    private record Removal(long deadline, String key) {}

    private static final Entry NOTHING = new Entry(null, NEVER);

    /** By key as a string with a character for each byte: arrays are compared by identity. */
    private final Map<String, Entry> entries = new HashMap<>();

    private final TreeSet<Removal> removals = new TreeSet<>(
            Comparator.comparingLong(Removal::deadline).thenComparing(Removal::key));

    Entry get(byte[] key) {
        var entry = entries.getOrDefault(new String(key, ISO_8859_1), NOTHING);
        return hasPassed(entry.deadline) ? NOTHING : entry;
    }

    void set(byte[] key, byte[] value, long deadline) {
        var name = new String(key, ISO_8859_1);
        var old = entries.put(name, new Entry(value, deadline));
        if (old != null && old.deadline != NEVER) {
            removals.remove(new Removal(old.deadline, name));
        }
        if (deadline != NEVER) {
            removals.add(new Removal(deadline, name));
        }
    }

    /** For {@link java.nio.channels.Selector#select(long)}, to which 0 means for ever. */
    long millisecondsToNearestDeadline() {
        if (removals.isEmpty()) {
            return 0;
        }
        return Math.max(0, removals.first().deadline - System.currentTimeMillis()) + 1;
    }

    void removeExpired() {
        while (!removals.isEmpty() && hasPassed(removals.first().deadline)) {
            entries.remove(removals.pollFirst().key);
        }
    }

    /** As in Redis, a key lives until the end of its last millisecond. */
    private static boolean hasPassed(long deadline) {
        return deadline != NEVER && deadline < System.currentTimeMillis();
    }
}

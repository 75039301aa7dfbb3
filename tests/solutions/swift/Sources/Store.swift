import Glibc

/// Milliseconds since 1970, as all deadlines are.
func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Keys, their values and their deadlines.
final class Store {
    struct Entry {
        let value: [UInt8]
        let deadline: Int?

        /// As in Redis, a key lives until the end of its last millisecond.
        var hasExpired: Bool { deadline.map { $0 < now() } ?? false }
    }

    private struct Removal: Comparable {
        let deadline: Int
        let key: [UInt8]

        static func < (a: Removal, b: Removal) -> Bool { a.deadline < b.deadline }
    }

    private var entries: [[UInt8]: Entry] = [:]
    /// A removal stays when its key gets another deadline, and counts for nothing from then on.
    private var removals = Heap<Removal>()

    subscript(key: [UInt8]) -> Entry? {
        get {
            entries[key].flatMap { $0.hasExpired ? nil : $0 }
        }
        set {
            entries[key] = newValue
            if let deadline = newValue?.deadline {
                removals.insert(Removal(deadline: deadline, key: key))
            }
            // A key that is set again and again must not fill the memory with old removals.
            if removals.count > 2 * entries.count + 1000 {
                removals = Heap(
                    entries.compactMap { key, entry in
                        entry.deadline.map { Removal(deadline: $0, key: key) }
                    })
            }
        }
    }

    /// A timeout for poll(2): -1 means for ever.
    func millisecondsToNearestDeadline() -> Int32 {
        guard let nearest = removals.first else { return -1 }
        return Int32(clamping: max(0, nearest.deadline - now()) + 1)
    }

    func removeExpired() {
        while let nearest = removals.first, nearest.deadline < now() {
            removals.removeFirst()
            if entries[nearest.key]?.deadline == nearest.deadline {
                entries[nearest.key] = nil
            }
        }
    }
}

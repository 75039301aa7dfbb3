/// Bytes that are added at one end and taken at the other.
struct ByteQueue {
    private static let keptWhenEmpty = 64 * 1024

    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }

    mutating func append(_ added: some Collection<UInt8>) {
        bytes += added
    }

    /// Adds what a call such as read(2) puts into the memory that it is given, and returns what the
    /// call returns.
    mutating func append(upTo size: Int, _ fill: (UnsafeMutableRawPointer, Int) -> Int) -> Int {
        let end = bytes.count
        bytes += repeatElement(0, count: size)
        let added = bytes.withUnsafeMutableBytes { fill($0.baseAddress! + end, size) }
        bytes.removeLast(size - max(added, 0))
        return added
    }

    mutating func take(_ length: Int) -> [UInt8] {
        let taken = Array(bytes[start..<start + length])
        drop(length)
        return taken
    }

    mutating func drop(_ length: Int) {
        start += length
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= ByteQueue.keptWhenEmpty)
            start = 0
        } else if start > bytes.count / 2 {
            // What is left is less than what has gone: no byte moves again and again.
            bytes.removeFirst(start)
            start = 0
        }
    }

    subscript(index: Int) -> UInt8 { bytes[start + index] }

    /// Where a byte is, from an index on.
    func index(of byte: UInt8, from index: Int) -> Int? {
        bytes[(start + index)...].firstIndex(of: byte).map { $0 - start }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes[start...].withUnsafeBytes(body)
    }
}

/// Replies as bytes.
enum Reply {
    static let null = Array("$-1\r\n".utf8)

    static func simple(_ text: String) -> [UInt8] {
        Array("+\(text)\r\n".utf8)
    }

    /// Any bytes, or the null reply.
    static func bulk(_ value: [UInt8]?) -> [UInt8] {
        guard let value else { return null }
        return "$\(value.count)\r\n".utf8 + value + "\r\n".utf8
    }

    static func error(_ message: [UInt8]) -> [UInt8] {
        let lineEnds = Array("\r\n".utf8)
        let line = message.map { lineEnds.contains($0) ? UInt8(ascii: " ") : $0 }
        return "-".utf8 + line + "\r\n".utf8
    }
}

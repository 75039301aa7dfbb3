/// After it there is no way to tell where the next request begins.
struct ProtocolError: Error {
    let message: [UInt8]

    init(_ message: String) {
        self.message = Array(message.utf8)
    }

    init(got byte: UInt8?) {
        message = "expected '$', got '".utf8 + (byte.map { [$0] } ?? []) + "'".utf8
    }
}

/// Takes requests out of the bytes that have come. It stops where they end, wherever that is, and
/// goes on there when there are more.
struct RequestReader {
    private static let maxLine = 64 * 1024
    private static let maxBulk = 512 * 1024 * 1024

    var input = ByteQueue()
    /// How much of an unfinished line has no end in it.
    private var searched = 0
    private var arguments: [[UInt8]] = []
    /// How many arguments of the request are still to come, with the current one.
    private var missing = 0
    /// The length of the current argument, once its line has come.
    private var length: Int?

    /// The name of a command and its arguments; nil when the rest is still to come.
    mutating func next() throws(ProtocolError) -> [[UInt8]]? {
        if missing == 0 {
            guard let line = try takeLine() else { return nil }
            guard line.first == UInt8(ascii: "*") else { return words(of: line) }
            guard let count = integer(line.dropFirst()), count <= Int32.max else {
                throw ProtocolError("invalid multibulk length")
            }
            missing = max(count, 0)
        }
        while missing > 0 {
            guard let argument = try nextArgument() else { return nil }
            arguments.append(argument)
            missing -= 1
        }
        defer { arguments = [] }
        return arguments
    }

    private mutating func nextArgument() throws(ProtocolError) -> [UInt8]? {
        if length == nil {
            guard let line = try takeLine() else { return nil }
            guard line.first == UInt8(ascii: "$") else { throw ProtocolError(got: line.first) }
            guard let number = integer(line.dropFirst()), 0...RequestReader.maxBulk ~= number else {
                throw ProtocolError("invalid bulk length")
            }
            length = number
        }
        guard let length, input.count >= length + 2 else { return nil }
        let argument = input.take(length)
        input.drop(2)  // CR LF
        self.length = nil
        return argument
    }

    /// A line without its end; nil when its end has not come.
    private mutating func takeLine() throws(ProtocolError) -> [UInt8]? {
        guard let end = input.index(of: UInt8(ascii: "\n"), from: searched) else {
            searched = input.count
            if searched > RequestReader.maxLine {
                throw ProtocolError("too big \(kindOfLine)")
            }
            return nil
        }
        searched = 0
        var line = input.take(end)
        input.drop(1)
        if line.last == UInt8(ascii: "\r") {
            line.removeLast()
        }
        return line
    }

    private var kindOfLine: String {
        switch input[0] {
        case UInt8(ascii: "*"): "mbulk count string"
        case UInt8(ascii: "$"): "bulk count string"
        default: "inline request"
        }
    }

    private func words(of line: [UInt8]) -> [[UInt8]] {
        let blanks = Array(" \t".utf8)
        return line.split(whereSeparator: blanks.contains).map(Array.init)
    }
}

/// Takes a number only in the form in which Redis would write it.
func integer(_ text: some Collection<UInt8>) -> Int? {
    let number = Int(String(decoding: text, as: UTF8.self))
    return number.flatMap { String($0).utf8.elementsEqual(text) ? $0 : nil }
}

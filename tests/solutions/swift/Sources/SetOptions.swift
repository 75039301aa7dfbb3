/// What follows the key and the value of SET.
struct SetOptions {
    /// What the number behind the option counts: seconds or milliseconds, from now or from 1970.
    private enum Unit: String {
        case EX, PX, EXAT, PXAT

        var milliseconds: Int { self == .EX || self == .EXAT ? 1000 : 1 }
        var start: Int { self == .EX || self == .PX ? now() : 0 }
    }

    private(set) var onlyMissing = false
    private(set) var onlyExisting = false
    private(set) var keepsDeadline = false
    private(set) var wantsOldValue = false
    private var expiry: (unit: Unit, number: [UInt8])?

    /// As in Redis, an option may be repeated, and the last one counts.
    init(_ arguments: some Sequence<[UInt8]>) throws(CommandError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            let name = ascii(argument).uppercased()
            switch name {
            case "NX": onlyMissing = true
            case "XX": onlyExisting = true
            case "KEEPTTL": keepsDeadline = true
            case "GET": wantsOldValue = true
            default:
                guard let unit = Unit(rawValue: name), unit == expiry?.unit ?? unit,
                    let number = rest.next()
                else {
                    throw CommandError("syntax error")
                }
                expiry = (unit, number)
            }
        }
        if onlyMissing && onlyExisting || keepsDeadline && expiry != nil {
            throw CommandError("syntax error")
        }
    }

    /// In milliseconds since 1970; nil means never.
    func deadline() throws(CommandError) -> Int? {
        guard let (unit, number) = expiry else { return nil }
        guard let count = integer(number) else {
            throw CommandError("value is not an integer or out of range")
        }
        let start = unit.start
        guard 0 < count, count <= (Int.max - start) / unit.milliseconds else {
            throw CommandError("invalid expire time in 'set' command")
        }
        return start + count * unit.milliseconds
    }
}

/// The bytes as text; a byte that is not ASCII becomes a character that is in no name.
func ascii(_ bytes: [UInt8]) -> String {
    String(String.UnicodeScalarView(bytes.map { $0 < 128 ? Unicode.Scalar($0) : "?" }))
}

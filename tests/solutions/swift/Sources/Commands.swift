/// What is wrong with a request; the client is told, and may send others.
struct CommandError: Error {
    let message: [UInt8]

    init(_ message: String) {
        self.message = Array(message.utf8)
    }

    /// Quotes as much of the arguments as Redis does.
    init(unknown name: [UInt8], arguments: ArraySlice<[UInt8]>) {
        var beginning: [UInt8] = []
        for argument in arguments where beginning.count < 128 {
            beginning += "'".utf8 + argument.prefix(128 - beginning.count) + "' ".utf8
        }
        message =
            "unknown command '".utf8 + name.prefix(128) + "', with args beginning with: ".utf8
            + beginning
    }
}

typealias Command = (_ arguments: [[UInt8]], _ store: Store) throws(CommandError) -> [UInt8]

/// By name: how many arguments it takes, and what it does.
private let commands: [String: (arguments: ClosedRange<Int>, run: Command)] = [
    "ping": (0...1, ping),
    "echo": (1...1, echo),
    "get": (1...1, get),
    "set": (2...Int.max, set),
]

func reply(to request: [[UInt8]], from store: Store) -> [UInt8] {
    guard let name = request.first else {
        return []  // an empty line or array, which Redis passes over as well
    }
    let arguments = request.dropFirst()
    do throws(CommandError) {
        let lowercaseName = ascii(name).lowercased()
        guard let command = commands[lowercaseName] else {
            throw CommandError(unknown: name, arguments: arguments)
        }
        guard command.arguments.contains(arguments.count) else {
            throw CommandError("wrong number of arguments for '\(lowercaseName)' command")
        }
        return try command.run(Array(arguments), store)
    } catch {
        return Reply.error("ERR ".utf8 + error.message)
    }
}

private func ping(_ arguments: [[UInt8]], _: Store) -> [UInt8] {
    arguments.isEmpty ? Reply.simple("PONG") : Reply.bulk(arguments[0])
}

private func echo(_ arguments: [[UInt8]], _: Store) -> [UInt8] {
    Reply.bulk(arguments[0])
}

private func get(_ arguments: [[UInt8]], _ store: Store) -> [UInt8] {
    Reply.bulk(store[arguments[0]]?.value)
}

private func set(_ arguments: [[UInt8]], _ store: Store) throws(CommandError) -> [UInt8] {
    let options = try SetOptions(arguments.dropFirst(2))
    var deadline = try options.deadline()
    let key = arguments[0]
    let old = store[key]
    if options.keepsDeadline {
        deadline = old?.deadline
    }
    let isPermitted = old == nil ? !options.onlyExisting : !options.onlyMissing
    if isPermitted {
        store[key] = Store.Entry(value: arguments[1], deadline: deadline)
    }
    if options.wantsOldValue {
        return Reply.bulk(old?.value)
    }
    return isPermitted ? Reply.simple("OK") : Reply.null
}

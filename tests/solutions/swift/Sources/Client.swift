import Glibc

/// One client: the bytes that have come from it, and the replies that it is owed.
final class Client {
    /// A client with so many bytes of unread replies has to read before it is served any further.
    private static let maxUnread = 1024 * 1024
    private static let chunkSize = 64 * 1024

    let socket: Int32
    private var requests = RequestReader()
    private var output = ByteQueue()
    /// Requests wait until the client has read its replies.
    private var isPaused = false
    /// Nothing more will be read.
    private var hasEnded = false

    init(socket: Int32) {
        self.socket = socket
        makeNonblocking(socket)
        setOption(of: socket, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    deinit {
        close(socket)
    }

    private var wantsToRead: Bool { !isPaused && !hasEnded }

    /// What to wait for, as poll(2) has it; 0 when the client has got all that it is owed.
    var interest: Int16 {
        let reading = wantsToRead ? POLLIN : 0
        let writing = isPaused || output.count > 0 ? POLLOUT : 0
        return Int16(reading | writing)
    }

    /// Reads once, executes what has come, and writes once.
    func serve(from store: Store) {
        if wantsToRead {
            receive()
        }
        execute(on: store)
        if output.count > 0 {
            send()
        }
    }

    private func receive() {
        let received = requests.input.append(upTo: Client.chunkSize) { read(socket, $0, $1) }
        if received == 0 {
            hasEnded = true  // it sends no more, but may still read
        } else if received < 0 {
            abandonUnlessWaiting()
        }
    }

    private func execute(on store: Store) {
        isPaused = false
        do throws(ProtocolError) {
            while !isPaused, let request = try requests.next() {
                output.append(reply(to: request, from: store))
                isPaused = output.count >= Client.maxUnread
            }
        } catch {
            output.append(Reply.error("ERR Protocol error: ".utf8 + error.message))
            hasEnded = true
        }
    }

    private func send() {
        let sent = output.withBytes {
            Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if sent >= 0 {
            output.drop(sent)
        } else {
            abandonUnlessWaiting()
        }
    }

    /// Unless the socket was not ready after all, the client has gone, and what it is owed with it.
    private func abandonUnlessWaiting() {
        if errno != EAGAIN && errno != EINTR {
            hasEnded = true
            isPaused = false
            output = ByteQueue()
        }
    }
}

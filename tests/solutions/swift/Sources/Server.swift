import Glibc

/// The event loop.
final class Server {
    private let listener: Int32
    private var clients: [Client] = []
    private let store = Store()

    init(listener: Int32) {
        self.listener = listener
    }

    func run() -> Never {
        while true {
            var sockets = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            sockets += clients.map { pollfd(fd: $0.socket, events: $0.interest, revents: 0) }
            let timeout = store.millisecondsToNearestDeadline()
            if poll(&sockets, nfds_t(sockets.count), timeout) < 0 && errno != EINTR {
                fail("poll")
            }
            store.removeExpired()
            for (client, socket) in zip(clients, sockets.dropFirst()) where socket.revents != 0 {
                client.serve(from: store)
            }
            clients.removeAll { $0.interest == 0 }
            if sockets[0].revents != 0 {
                acceptClient()
            }
        }
    }

    private func acceptClient() {
        let socket = accept(listener, nil, nil)
        if socket >= 0 {
            clients.append(Client(socket: socket))
        }
    }
}

/// A listening socket on 127.0.0.1.
func listen(port: UInt16) -> Int32 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if listener < 0 { fail("socket") }
    // A server that is restarted gets its port back at once.
    setOption(of: listener, SOL_SOCKET, SO_REUSEADDR)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let bound = withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if bound < 0 { fail("bind") }
    if listen(listener, SOMAXCONN) < 0 { fail("listen") }
    // A client can vanish between poll and accept, and accept would wait for the next one.
    makeNonblocking(listener)
    return listener
}

func setOption(of socket: Int32, _ level: Int32, _ option: Int32) {
    var on: Int32 = 1
    setsockopt(socket, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
}

func makeNonblocking(_ socket: Int32) {
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
}

func fail(_ call: String) -> Never {
    perror(call)
    exit(1)
}

import Glibc

setbuf(stdout, nil)  // so that what is printed appears at once
print("Hello! What your server prints appears here.")

// Uncomment these lines to pass stage 0:
// let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
// var on: Int32 = 1  // a server that is restarted gets its port back at once
// setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
// var address = sockaddr_in()
// address.sin_family = sa_family_t(AF_INET)
// address.sin_port = in_port_t(6379).bigEndian
// address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
// let bound = withUnsafePointer(to: address) {
//     $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
//         bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
//     }
// }
// guard bound == 0, listen(listener, SOMAXCONN) == 0 else {
//     perror("port 6379")
//     exit(1)
// }
// while true {
//     close(accept(listener, nil, nil))
// }

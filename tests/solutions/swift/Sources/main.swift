// A Redis server: one thread sleeps in poll(2) until a client is ready or a key is due.

import Glibc

let server = Server(listener: listen(port: 6379))
print("listening on 127.0.0.1:6379")
fflush(stdout)
server.run()

# Fault: a pool of threads made in advance, none of which waits: each asks its client again and again
# Fails: stage 3, "one thread serves all clients"
# Says: threads woke up within a moment

import queue
import threading
import time
from right import Client, Server


class Broken(Server):
    def run(self):
        self.arrivals = queue.Queue()
        threading.stack_size(256 * 1024)
        for _ in range(220):
            threading.Thread(target=self.serve_one_after_another).start()
        while True:
            self.arrivals.put(self.listener.accept()[0])

    def serve_one_after_another(self):
        while True:
            client = Client(self.arrivals.get())
            self.clients.append(client)
            pause = 0.0005
            while client in self.clients:
                try:
                    self.read(client)
                    pause = 0.0005
                except BlockingIOError:
                    self.write(client)
                    time.sleep(pause)
                    pause = min(pause * 1.3, 0.12)


Broken().run()

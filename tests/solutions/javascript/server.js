// A Redis server on Node's event loop: for each client a pipeline, from its requests to its replies.

import net from 'node:net';
import { pipeline } from 'node:stream';
import { execute } from './commands.js';
import * as resp from './resp.js';
import { Store } from './store.js';

const store = new Store();

// Half open: a client that sends no more is still owed replies. The pipeline waits for a client
// that does not read, and reads no more requests from it meanwhile.
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  pipeline(socket, replies, socket, (error) => {
    if (error && !error.code) throw error; // an error with a code: the client has gone
  });
  socket.on('finish', () => socket.destroy());
});

async function* replies(socket) {
  try {
    for await (const request of resp.requests(socket.iterator({ destroyOnReturn: false }))) {
      yield execute(store, request);
    }
  } catch (problem) {
    if (!(problem instanceof resp.ProtocolError)) throw problem;
    yield resp.error(`ERR Protocol error: ${problem.message}`);
  }
}

server.listen(6379, '127.0.0.1', () => console.log('listening on 127.0.0.1:6379'));

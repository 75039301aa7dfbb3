import net from 'node:net';

console.log('Hello! What your server prints appears here.');

// Uncomment these lines to pass stage 0:
// const server = net.createServer((socket) => {
//   socket.on('error', () => socket.destroy());
// });
// server.listen(6379, '127.0.0.1');

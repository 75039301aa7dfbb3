import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A Redis server: one thread sleeps in a selector until a client is ready or a key is due. */
public final class Server {
    private final Selector selector = Selector.open();
    private final Store store = new Store();

    private Server() throws IOException {}

    public static void main(String[] args) throws IOException {
        var server = new Server();
        server.listen(new InetSocketAddress("127.0.0.1", 6379));
        System.out.println("listening on 127.0.0.1:6379");
        server.run();
    }

    private void listen(InetSocketAddress address) throws IOException {
        var listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(address, 511);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    private void run() throws IOException {
        while (true) {
            selector.select(this::serve, store.millisecondsToNearestDeadline());
            store.removeExpired();
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept((ServerSocketChannel) key.channel());
            } else {
                ((Client) key.attachment()).serve(key);
            }
        } catch (IOException gone) {
            close(key);
        }
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        SocketChannel channel = listener.accept();
        if (channel == null) {
            return; // it has gone again
        }
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.register(selector, SelectionKey.OP_READ, new Client(channel, store));
    }

    private static void close(SelectionKey key) {
        if (key.channel() instanceof SocketChannel channel) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // It is closed all the same.
            }
        }
    }
}

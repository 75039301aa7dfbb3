import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;

/** One client: the bytes that have come from it, and the replies that it is owed. */
final class Client {
    /** A client with so many bytes of unread replies has to read before it is served further. */
    private static final int MAX_UNREAD = 1024 * 1024;

    /** What all clients read into: it is empty again when a client has been served. */
    private static final ByteBuffer CHUNK = ByteBuffer.allocateDirect(64 * 1024);

    private final SocketChannel channel;
    private final Commands commands;
    private final ByteQueue input = new ByteQueue();
    private final RequestReader requests = new RequestReader(input);
    private final ByteQueue output = new ByteQueue();

    /** Requests wait until the client has read its replies. */
    private boolean paused;

    /** Nothing more will be read. */
    private boolean ended;

    Client(SocketChannel channel, Store store) {
        this.channel = channel;
        this.commands = new Commands(store);
    }

    /** Reads once if that is possible, executes what has come, and writes once. */
    void serve(SelectionKey key) throws IOException {
        if (key.isReadable()) {
            receive();
        }
        execute();
        if (output.size() > 0) {
            output.drop(channel.write(output.content()));
        }
        int interest = (paused || ended ? 0 : SelectionKey.OP_READ)
                | (paused || output.size() > 0 ? SelectionKey.OP_WRITE : 0);
        if (interest == 0) {
            channel.close(); // it has got all that it is owed
        } else {
            key.interestOps(interest);
        }
    }

    private void receive() throws IOException {
        CHUNK.clear();
        ended = channel.read(CHUNK) < 0;
        input.add(CHUNK.flip());
    }

    private void execute() {
        try {
            paused = false;
            List<byte[]> request;
            while (!paused && (request = requests.next()) != null) {
                output.add(commands.execute(request));
                paused = output.size() >= MAX_UNREAD;
            }
        } catch (ProtocolException problem) {
            output.add(Reply.error("ERR Protocol error: " + problem.getMessage()));
            ended = true;
        }
    }
}

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;

/** Replies as bytes. */
final class Reply {
    private Reply() {}

    static byte[] simple(String text) {
        return bytes("+" + text + "\r\n");
    }

    /** Any bytes; for null the null reply. */
    static byte[] bulk(byte[] value) {
        if (value == null) {
            return bytes("$-1\r\n");
        }
        byte[] header = bytes("$" + value.length + "\r\n");
        return ByteBuffer.allocate(header.length + value.length + 2)
                .put(header)
                .put(value)
                .put(bytes("\r\n"))
                .array();
    }

    static byte[] error(String message) {
        return bytes("-" + message.replace('\r', ' ').replace('\n', ' ') + "\r\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}

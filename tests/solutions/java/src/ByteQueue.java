import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that are added at one end and taken at the other. */
final class ByteQueue {
    private static final int KEPT_WHEN_EMPTY = 64 * 1024;

    private byte[] bytes = new byte[512];
    private int start;
    private int end;

    int size() {
        return end - start;
    }

    /** The bytes that are there, valid until more are added. */
    ByteBuffer content() {
        return ByteBuffer.wrap(bytes, start, size());
    }

    void add(byte[] added) {
        add(ByteBuffer.wrap(added));
    }

    void add(ByteBuffer added) {
        int length = added.remaining();
        if (bytes.length - end < length) {
            makeRoom(length);
        }
        added.get(bytes, end, length);
        end += length;
    }

    /** Copies to a larger array, unless most of this one is free. */
    private void makeRoom(int length) {
        int needed = Math.addExact(size(), length);
        byte[] target = needed <= bytes.length / 2 ? bytes : new byte[Math.max(needed, 2 * size())];
        System.arraycopy(bytes, start, target, 0, size());
        end = size();
        start = 0;
        bytes = target;
    }

    void drop(int length) {
        start += length;
        if (start == end) {
            start = 0;
            end = 0;
            if (bytes.length > KEPT_WHEN_EMPTY) {
                bytes = new byte[KEPT_WHEN_EMPTY];
            }
        }
    }

    byte[] take(int length) {
        byte[] taken = Arrays.copyOfRange(bytes, start, start + length);
        drop(length);
        return taken;
    }

    byte get(int index) {
        return bytes[start + index];
    }

    /** Where a byte is, from an index on; -1 if it is not there. */
    int indexOf(byte wanted, int from) {
        for (int i = start + from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i - start;
            }
        }
        return -1;
    }
}

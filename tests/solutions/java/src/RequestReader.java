import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Takes requests out of the bytes that have come. It stops where they end, wherever that is, and
 * goes on there when there are more.
 */
final class RequestReader {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_BULK = 512 * 1024 * 1024;

    private final ByteQueue input;

    /** How much of an unfinished line has no end in it. */
    private int searched;

    private List<byte[]> arguments = new ArrayList<>();

    /** How many arguments of the request are still to come, with the current one. */
    private long missing;

    /** The length of the current argument, or -1 while its line has not come. */
    private int length = -1;

    RequestReader(ByteQueue input) {
        this.input = input;
    }

    /** The name of a command and its arguments; null when the rest is still to come. */
    List<byte[]> next() throws ProtocolException {
        if (missing == 0) {
            String line = takeLine();
            if (line == null) {
                return null;
            }
            if (!line.startsWith("*")) {
                return words(line);
            }
            missing = integer(line.substring(1))
                    .orElseThrow(() -> new ProtocolException("invalid multibulk length"));
            if (missing > Integer.MAX_VALUE) {
                throw new ProtocolException("invalid multibulk length");
            }
        }
        for (; missing > 0; missing--) {
            byte[] argument = nextArgument();
            if (argument == null) {
                return null;
            }
            arguments.add(argument);
        }
        missing = 0; // a negative number is that of an empty request
        var request = arguments;
        arguments = new ArrayList<>();
        return request;
    }

    private byte[] nextArgument() throws ProtocolException {
        if (length < 0) {
            String line = takeLine();
            if (line == null) {
                return null;
            }
            length = bulkLength(line);
        }
        if (input.size() < length + 2) {
            return null;
        }
        byte[] argument = input.take(length);
        input.drop(2);
        length = -1;
        return argument;
    }

    private static int bulkLength(String line) throws ProtocolException {
        if (!line.startsWith("$")) {
            String got = line.substring(0, Math.min(1, line.length()));
            throw new ProtocolException("expected '$', got '" + got + "'");
        }
        long length = integer(line.substring(1)).orElse(-1);
        if (length < 0 || length > MAX_BULK) {
            throw new ProtocolException("invalid bulk length");
        }
        return (int) length;
    }

    /** A line without its end, a character for each byte; null when its end has not come. */
    private String takeLine() throws ProtocolException {
        int end = input.indexOf((byte) '\n', searched);
        if (end < 0) {
            searched = input.size();
            if (searched > MAX_LINE) {
                throw new ProtocolException("too big " + kindOfLine());
            }
            return null;
        }
        searched = 0;
        String line = new String(input.take(end), ISO_8859_1);
        input.drop(1);
        return line.endsWith("\r") ? line.substring(0, end - 1) : line;
    }

    private String kindOfLine() {
        return switch (input.get(0)) {
            case '*' -> "mbulk count string";
            case '$' -> "bulk count string";
            default -> "inline request";
        };
    }

    private static List<byte[]> words(String line) {
        return Stream.of(line.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.getBytes(ISO_8859_1))
                .toList();
    }

    /** Takes a number only in the form in which Redis would write it. */
    static OptionalLong integer(String text) {
        try {
            long number = Long.parseLong(text);
            return Long.toString(number).equals(text) ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }
}

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;

/** What follows the key and the value of SET. */
final class SetOptions {
    /** What the number behind an option counts, in milliseconds, and whether from now or 1970. */
    private enum Unit {
        EX(1000, true),
        PX(1, true),
        EXAT(1000, false),
        PXAT(1, false);

        final long scale;
        final boolean fromNow;

        Unit(long scale, boolean fromNow) {
            this.scale = scale;
            this.fromNow = fromNow;
        }
    }

    private boolean onlyMissing;
    private boolean onlyExisting;
    private boolean keepsDeadline;
    private boolean wantsOldValue;
    private Unit unit;
    private String number;

    /** As in Redis, an option may be repeated, and the last one counts. */
    SetOptions(List<byte[]> arguments) throws CommandException {
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            String name = new String(rest.next(), ISO_8859_1).toUpperCase(Locale.ROOT);
            switch (name) {
                case "NX" -> onlyMissing = true;
                case "XX" -> onlyExisting = true;
                case "KEEPTTL" -> keepsDeadline = true;
                case "GET" -> wantsOldValue = true;
                case "EX", "PX", "EXAT", "PXAT" -> {
                    var given = Unit.valueOf(name);
                    if (unit != null && unit != given || !rest.hasNext()) {
                        throw new CommandException("syntax error");
                    }
                    unit = given;
                    number = new String(rest.next(), ISO_8859_1);
                }
                default -> throw new CommandException("syntax error");
            }
        }
        if (onlyMissing && onlyExisting || keepsDeadline && unit != null) {
            throw new CommandException("syntax error");
        }
    }

    boolean keepsDeadline() {
        return keepsDeadline;
    }

    boolean wantsOldValue() {
        return wantsOldValue;
    }

    boolean permits(boolean exists) {
        return exists ? !onlyMissing : !onlyExisting;
    }

    /** In milliseconds since 1970, or {@link Store#NEVER}. */
    long deadline() throws CommandException {
        if (unit == null) {
            return Store.NEVER;
        }
        long count = RequestReader.integer(number)
                .orElseThrow(() -> new CommandException("value is not an integer or out of range"));
        long start = unit.fromNow ? System.currentTimeMillis() : 0;
        if (count <= 0 || count > (Long.MAX_VALUE - start) / unit.scale) {
            throw new CommandException("invalid expire time in 'set' command");
        }
        return start + count * unit.scale;
    }
}

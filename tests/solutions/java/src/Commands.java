import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The commands: what each is called, how many arguments it takes, and what it does. */
final class Commands {
    private record Command(int leastArguments, int mostArguments, Function function) {}

    private interface Function {
        byte[] run(List<byte[]> arguments) throws CommandException;
    }

    private final Store store;

    private final Map<String, Command> commands = Map.of(
            "ping", new Command(0, 1, this::ping),
            "echo", new Command(1, 1, this::echo),
            "get", new Command(1, 1, this::get),
            "set", new Command(2, Integer.MAX_VALUE, this::set));

    Commands(Store store) {
        this.store = store;
    }

    /** The reply to a request. */
    byte[] execute(List<byte[]> request) {
        if (request.isEmpty()) {
            return new byte[0]; // an empty line or array, which Redis passes over as well
        }
        var arguments = request.subList(1, request.size());
        try {
            return find(request.get(0), arguments).function.run(arguments);
        } catch (CommandException problem) {
            return Reply.error("ERR " + problem.getMessage());
        }
    }

    private Command find(byte[] name, List<byte[]> arguments) throws CommandException {
        String lowerName = new String(name, ISO_8859_1).toLowerCase(Locale.ROOT);
        Command command = commands.get(lowerName);
        if (command == null) {
            throw new CommandException(unknown(name, arguments));
        }
        int count = arguments.size();
        if (count < command.leastArguments || count > command.mostArguments) {
            throw new CommandException("wrong number of arguments for '" + lowerName + "' command");
        }
        return command;
    }

    private static String unknown(byte[] name, List<byte[]> arguments) {
        var beginning = new StringBuilder();
        for (byte[] argument : arguments) {
            int room = 128 - beginning.length();
            if (room <= 0) {
                break;
            }
            beginning.append("'").append(shortened(argument, room)).append("' ");
        }
        return "unknown command '" + shortened(name, 128) + "', with args beginning with: " + beginning;
    }

    private static String shortened(byte[] text, int most) {
        return new String(text, 0, Math.min(text.length, most), ISO_8859_1);
    }

    private byte[] ping(List<byte[]> arguments) {
        return arguments.isEmpty() ? Reply.simple("PONG") : Reply.bulk(arguments.get(0));
    }

    private byte[] echo(List<byte[]> arguments) {
        return Reply.bulk(arguments.get(0));
    }

    private byte[] get(List<byte[]> arguments) {
        return Reply.bulk(store.get(arguments.get(0)).value());
    }

    private byte[] set(List<byte[]> arguments) throws CommandException {
        byte[] key = arguments.get(0);
        var options = new SetOptions(arguments.subList(2, arguments.size()));
        long deadline = options.deadline();
        var old = store.get(key);
        if (options.keepsDeadline()) {
            deadline = old.deadline();
        }
        boolean permitted = options.permits(old.value() != null);
        if (permitted) {
            store.set(key, arguments.get(1), deadline);
        }
        if (options.wantsOldValue()) {
            return Reply.bulk(old.value());
        }
        return permitted ? Reply.simple("OK") : Reply.bulk(null);
    }
}

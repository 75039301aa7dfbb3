/** What is wrong with a request; the client is told, and may send others. */
final class CommandException extends Exception {
    CommandException(String message) {
        super(message);
    }
}

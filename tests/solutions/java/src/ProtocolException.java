/** After it there is no way to tell where the next request begins. */
final class ProtocolException extends Exception {
    ProtocolException(String message) {
        super(message);
    }
}

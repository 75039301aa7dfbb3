<?php

echo "Hello! What your server prints appears here.\n";

// Uncomment these lines to pass stage 0:
// $listener = stream_socket_server('tcp://127.0.0.1:6379', $code, $message) or exit(1);
// while (true) {
//     $connection = stream_socket_accept($listener, -1); // -1: waits for ever
//     fclose($connection);
// }

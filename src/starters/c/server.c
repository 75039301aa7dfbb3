#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    setbuf(stdout, NULL); // so that what is printed appears at once
    printf("Hello! What your server prints appears here.\n");

    // Uncomment these lines to pass stage 0:
    // int listener = socket(AF_INET, SOCK_STREAM, 0);
    // int on = 1; // a server that is restarted gets its port back at once
    // setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // struct sockaddr_in address = {
    //     .sin_family = AF_INET,
    //     .sin_port = htons(6379),
    //     .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    // };
    // if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
    //     listen(listener, SOMAXCONN) < 0) {
    //     perror("port 6379");
    //     return 1;
    // }
    // for (;;)
    //     close(accept(listener, NULL, NULL));

    return 0;
}

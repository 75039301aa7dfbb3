package main

import (
	"fmt"
	// Uncomment these lines to pass stage 0, and those below:
	// "log"
	// "net"
)

func main() {
	fmt.Println("Hello! What your server prints appears here.")

	// Uncomment these lines to pass stage 0:
	// listener, err := net.Listen("tcp", "127.0.0.1:6379")
	// if err != nil {
	// 	log.Fatal(err)
	// }
	// for {
	// 	connection, err := listener.Accept()
	// 	if err != nil {
	// 		log.Fatal(err)
	// 	}
	// 	connection.Close()
	// }
}

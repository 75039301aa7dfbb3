// A Redis server: a goroutine for each client, and one store that they share.
package main

import (
	"bufio"
	"errors"
	"io"
	"log"
	"net"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:6379")
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on ", listener.Addr())
	db := newStore()
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Print(err)
			time.Sleep(50 * time.Millisecond) // with no descriptor left, until somebody goes
			continue
		}
		go serve(conn, db)
	}
}

// serve answers requests until the client sends no more. A client that does not read its replies
// blocks this goroutine in Write, and so nobody else, and is served no further until it does.
func serve(conn net.Conn, db *store) {
	defer conn.Close()
	replies := bufio.NewWriter(conn)
	requests := bufio.NewReaderSize(&flushingReader{conn, replies}, maxLine)
	for {
		request, err := readRequest(requests)
		if err != nil {
			var problem protocolError
			if errors.As(err, &problem) {
				replies.Write(errorReply("ERR Protocol error: " + string(problem)))
			}
			break
		}
		replies.Write(db.execute(request))
	}
	replies.Flush()
}

// flushingReader sends the replies that are ready before it waits for more requests, so that the
// replies to pipelined requests go out together and none is held back.
type flushingReader struct {
	source  io.Reader
	replies *bufio.Writer
}

func (f *flushingReader) Read(buffer []byte) (int, error) {
	if err := f.replies.Flush(); err != nil {
		return 0, err
	}
	return f.source.Read(buffer)
}

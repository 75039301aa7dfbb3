package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	maxLine = 64 * 1024
	maxBulk = 512 * 1024 * 1024
)

// A protocolError leaves no way to tell where the next request begins.
type protocolError string

func (e protocolError) Error() string { return string(e) }

// readRequest returns the command's name and its arguments; nothing for an empty line or array.
func readRequest(r *bufio.Reader) ([][]byte, error) {
	line, err := readLine(r)
	if err != nil {
		return nil, err
	}
	if len(line) == 0 || line[0] != '*' {
		return bytes.Fields(bytes.Clone(line)), nil
	}
	count, ok := parseInteger(line[1:])
	if !ok || count > math.MaxInt32 {
		return nil, protocolError("invalid multibulk length")
	}
	var request [][]byte
	for ; count > 0; count-- {
		argument, err := readBulk(r)
		if err != nil {
			return nil, err
		}
		request = append(request, argument)
	}
	return request, nil
}

func readBulk(r *bufio.Reader) ([]byte, error) {
	line, err := readLine(r)
	if err != nil {
		return nil, err
	}
	if len(line) == 0 || line[0] != '$' {
		return nil, protocolError(fmt.Sprintf("expected '$', got '%.1s'", line))
	}
	length, ok := parseInteger(line[1:])
	if !ok || length < 0 || length > maxBulk {
		return nil, protocolError("invalid bulk length")
	}
	bulk := make([]byte, length)
	if _, err := io.ReadFull(r, bulk); err != nil {
		return nil, err
	}
	_, err = r.Discard(len("\r\n"))
	return bulk, err
}

// readLine returns a line without its end, valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		switch line[0] {
		case '*':
			return nil, protocolError("too big mbulk count string")
		case '$':
			return nil, protocolError("too big bulk count string")
		}
		return nil, protocolError("too big inline request")
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), err
}

// parseInteger takes a number only in the form in which Redis would write it.
func parseInteger(text []byte) (int64, bool) {
	number, err := strconv.ParseInt(string(text), 10, 64)
	return number, err == nil && strconv.FormatInt(number, 10) == string(text)
}

func simpleReply(text string) []byte {
	return []byte("+" + text + "\r\n")
}

// bulkReply makes the null reply of nil.
func bulkReply(value []byte) []byte {
	if value == nil {
		return []byte("$-1\r\n")
	}
	return fmt.Appendf(nil, "$%d\r\n%s\r\n", len(value), value)
}

func errorReply(message string) []byte {
	line := strings.NewReplacer("\r", " ", "\n", " ").Replace(message)
	return []byte("-" + line + "\r\n")
}

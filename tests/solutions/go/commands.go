package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"
)

type command struct {
	leastArguments, mostArguments int
	run                           func(db *store, arguments [][]byte) []byte
}

var commands = map[string]command{
	"ping": {0, 1, ping},
	"echo": {1, 1, echo},
	"get":  {1, 1, get},
	"set":  {2, math.MaxInt, set},
}

// execute returns the reply to a request. It is not written here: others wait for the store.
func (db *store) execute(request [][]byte) []byte {
	if len(request) == 0 {
		return nil // an empty line or array, which Redis passes over as well
	}
	name, arguments := strings.ToLower(string(request[0])), request[1:]
	command, ok := commands[name]
	if !ok {
		return unknownCommand(request[0], arguments)
	}
	if len(arguments) < command.leastArguments || len(arguments) > command.mostArguments {
		return errorReply(fmt.Sprintf("ERR wrong number of arguments for '%s' command", name))
	}
	db.mutex.Lock()
	defer db.mutex.Unlock()
	return command.run(db, arguments)
}

func unknownCommand(name []byte, arguments [][]byte) []byte {
	var beginning strings.Builder
	for _, argument := range arguments {
		room := 128 - beginning.Len()
		if room <= 0 {
			break
		}
		fmt.Fprintf(&beginning, "'%s' ", argument[:min(room, len(argument))])
	}
	return errorReply(fmt.Sprintf("ERR unknown command '%s', with args beginning with: %s",
		name[:min(128, len(name))], beginning.String()))
}

func ping(_ *store, arguments [][]byte) []byte {
	if len(arguments) == 1 {
		return bulkReply(arguments[0])
	}
	return simpleReply("PONG")
}

func echo(_ *store, arguments [][]byte) []byte {
	return bulkReply(arguments[0])
}

func get(db *store, arguments [][]byte) []byte {
	return bulkReply(db.get(string(arguments[0])).value)
}

func set(db *store, arguments [][]byte) []byte {
	options, ok := readSetOptions(arguments[2:])
	if !ok {
		return errorReply("ERR syntax error")
	}
	deadline, problem := options.deadline()
	if problem != "" {
		return errorReply("ERR " + problem)
	}
	key := string(arguments[0])
	old := db.get(key)
	if options.keepTTL {
		deadline = old.deadline
	}
	exists := old.value != nil
	permitted := !(options.onlyMissing && exists || options.onlyExisting && !exists)
	if permitted {
		db.set(key, arguments[1], deadline)
	}
	switch {
	case options.get:
		return bulkReply(old.value)
	case permitted:
		return simpleReply("OK")
	default:
		return bulkReply(nil)
	}
}

type setOptions struct {
	onlyMissing, onlyExisting, keepTTL, get bool
	unit                                    string // EX, PX, EXAT, PXAT or nothing
	number                                  []byte
}

// readSetOptions says whether the options are known and do not contradict each other. As in Redis,
// an option may be repeated, and the last one counts.
func readSetOptions(arguments [][]byte) (options setOptions, ok bool) {
	for ; len(arguments) > 0; arguments = arguments[1:] {
		switch name := string(bytes.ToUpper(arguments[0])); name {
		case "NX":
			options.onlyMissing = true
		case "XX":
			options.onlyExisting = true
		case "GET":
			options.get = true
		case "KEEPTTL":
			options.keepTTL = true
		case "EX", "PX", "EXAT", "PXAT":
			if len(arguments) == 1 || options.unit != "" && options.unit != name {
				return options, false
			}
			arguments = arguments[1:]
			options.unit, options.number = name, arguments[0]
		default:
			return options, false
		}
	}
	ok = !(options.onlyMissing && options.onlyExisting) && !(options.keepTTL && options.unit != "")
	return options, ok
}

// deadline is in milliseconds since 1970; 0 means never.
func (o setOptions) deadline() (deadline int64, problem string) {
	if o.unit == "" {
		return 0, ""
	}
	number, ok := parseInteger(o.number)
	if !ok {
		return 0, "value is not an integer or out of range"
	}
	scale, start := int64(1), int64(0)
	if o.unit == "EX" || o.unit == "EXAT" {
		scale = 1000
	}
	if o.unit == "EX" || o.unit == "PX" {
		start = time.Now().UnixMilli()
	}
	if number <= 0 || number > (math.MaxInt64-start)/scale {
		return 0, "invalid expire time in 'set' command"
	}
	return start + number*scale, ""
}

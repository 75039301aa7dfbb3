package main

import (
	"sync"
	"time"
)

// A store holds keys, their values and their deadlines. The mutex is held for a whole command, so
// that a command that reads and then writes is not interrupted.
type store struct {
	mutex   sync.Mutex
	entries map[string]*entry
}

type entry struct {
	value    []byte
	deadline int64 // in milliseconds since 1970; 0 means never
	removal  *time.Timer
}

func newStore() *store {
	return &store{entries: make(map[string]*entry)}
}

// get returns an empty entry for a key that is not there. As in Redis, a key lives until the end of
// its last millisecond.
func (db *store) get(key string) entry {
	found := db.entries[key]
	if found == nil || found.deadline != 0 && found.deadline < time.Now().UnixMilli() {
		return entry{}
	}
	return *found
}

func (db *store) set(key string, value []byte, deadline int64) {
	if old := db.entries[key]; old != nil && old.removal != nil {
		old.removal.Stop()
	}
	added := &entry{value: value, deadline: deadline}
	db.entries[key] = added
	if deadline != 0 {
		left := time.Until(time.UnixMilli(deadline).Add(time.Millisecond))
		added.removal = time.AfterFunc(left, func() { db.remove(key, added) })
	}
}

// remove leaves a newer entry of the key where it is: that one was set while the timer was firing.
func (db *store) remove(key string, expired *entry) {
	db.mutex.Lock()
	defer db.mutex.Unlock()
	if db.entries[key] == expired {
		delete(db.entries, key)
	}
}

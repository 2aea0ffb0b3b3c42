package visit

import (
	"slices"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A Log collects what visitors see. The zero log is empty.
type Log struct {
	mu          sync.Mutex
	requests    []rehearsal.Request
	connections []Connection
}

// A Connection is one that a visitor opened.
type Connection struct {
	Visitor int
	At      time.Duration
	To      string // "edge", "home" or "standby"
}

func (l *Log) add(r rehearsal.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, r)
}

func (l *Log) connect(c Connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connections = append(l.connections, c)
}

// All returns the requests so far, in the order of their answers.
func (l *Log) All() []rehearsal.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.requests)
}

// Connections returns the connections so far.
func (l *Log) Connections() []Connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.connections)
}

// Everybody reports whether all requests since a time fulfil ok, and each of so many
// visitors, of the kinds that count, has an answer to a read and, if they write, to a
// write.
func (l *Log) Everybody(since time.Duration, visitors int, write bool, counts func(Kind) bool, ok func(rehearsal.Request) bool) bool {
	type want struct {
		visitor int
		write   bool
	}
	waiting := map[want]bool{}
	for number := range visitors {
		if !counts(KindOf(number)) {
			continue
		}
		waiting[want{number, false}] = true
		if write {
			waiting[want{number, true}] = true
		}
	}
	for _, r := range l.All() {
		if r.Sent < since || !counts(KindOf(r.Visitor)) {
			continue
		}
		if !ok(r) {
			return false
		}
		delete(waiting, want{r.Visitor, r.Write})
	}
	return len(waiting) == 0
}

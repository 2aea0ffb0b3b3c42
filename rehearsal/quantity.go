package rehearsal

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Quantity is one of the times that are predicted and measured.
// Visitors are of two kinds: those who follow DNS, and those who keep their
// connection as long as it lives.
type Quantity string

// The quantities, in the order of an outage.
const (
	Detect     Quantity = "time to detect"
	DNSMoved   Quantity = "DNS moved"
	ReadsBack  Quantity = "reads back"
	WritesBack Quantity = "writes back"
	WritesKept Quantity = "writes back, connection kept"
	DetectHome Quantity = "recovery detected"
	DNSHome    Quantity = "DNS home"
	HomeAgain  Quantity = "home again"
	HomeKept   Quantity = "home again, connection kept"
)

// Quantities returns all quantities in the order of an outage.
func Quantities() []Quantity {
	return []Quantity{Detect, DNSMoved, ReadsBack, WritesBack, WritesKept, DetectHome, DNSHome, HomeAgain, HomeKept}
}

// Of returns the quantity's value in a sample.
func (q Quantity) Of(s Sample) Seconds {
	return Seconds(map[Quantity]time.Duration{
		Detect: s.Detect, DNSMoved: s.DNSMoved, ReadsBack: s.Reads, WritesBack: s.Writes, WritesKept: s.WritesKept,
		DetectHome: s.DetectHome, DNSHome: s.DNSHome, HomeAgain: s.Home, HomeKept: s.HomeKept,
	}[q])
}

// Seconds is a time that may never come; JSON has it in seconds, or as null.
type Seconds time.Duration

// Never reports whether the time does not come.
func (s Seconds) Never() bool { return time.Duration(s) == Never }

// String returns the time as "4.2 s", or "never".
func (s Seconds) String() string {
	if s.Never() {
		return "never"
	}
	return time.Duration(s).Round(100 * time.Millisecond).String()
}

// MarshalJSON writes seconds, and null for never.
func (s Seconds) MarshalJSON() ([]byte, error) {
	if s.Never() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Duration(s).Round(time.Millisecond).Seconds())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*s = Seconds(Never)
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return err
	}
	if !(seconds >= -mostSeconds && seconds <= mostSeconds) {
		return fmt.Errorf("%g s is no time", seconds)
	}
	*s = Seconds(seconds * float64(time.Second))
	return nil
}

// mostSeconds is a year, far beyond everything that is measured.
const mostSeconds = 366 * 24 * 3600

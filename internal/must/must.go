// Package must reads many values without checking an error after each of them: the first value that cannot be read ends
// the reading, and its error is returned.
//
//	err := must.Catch(func() {
//		port := must.Get(listener.Int("Port"))
//		if port != 443 {
//			must.Fail("%s listens on %d, want 443", listener, port)
//		}
//	})
package must

import "fmt"

// failure is what ends a reading. Other panics are mistakes of the program and are not caught.
type failure struct{ error }

// Get returns the value, or ends the reading with the error.
func Get[T any](value T, err error) T {
	Do(err)
	return value
}

// Do ends the reading if there is an error.
func Do(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// Fail ends the reading with an error that is formatted as fmt.Errorf does.
func Fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// Catch runs the reading and returns what ended it, nil if it came to its end.
func Catch(reading func()) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			f, ok := caught.(failure)
			if !ok {
				panic(caught)
			}
			err = f.error
		}
	}()
	reading()
	return nil
}

package cli

import (
	"strconv"
	"strings"
)

// longestLine is how many characters of an error are shown.
const longestLine = 500

// OneLine returns an error whose text is one line that can be printed: what an
// assembly holds stands in the errors about it, and may be anything. It is nil
// if err is.
func OneLine(err error) error {
	if err == nil {
		return nil
	}
	return lineError{err}
}

type lineError struct{ err error }

func (e lineError) Unwrap() error { return e.err }

func (e lineError) Error() string {
	text := strings.ReplaceAll(e.err.Error(), "\n", "; ")
	text = strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
	if runes := []rune(text); len(runes) > longestLine {
		text = string(runes[:longestLine]) + "…"
	}
	return text
}

package must_test

import (
	"errors"
	"strconv"
	"testing"

	"twinsite/internal/must"
)

func TestCatch(t *testing.T) {
	cause := errors.New("cause")
	tests := []struct {
		name    string
		reading func()
		want    string
	}{
		{"all is well", func() { must.Get(strconv.Atoi("1")); must.Do(nil) }, ""},
		{"a value cannot be had", func() { must.Get(0, cause) }, "cause"},
		{"an error", func() { must.Do(cause) }, "cause"},
		{"a failure", func() { must.Fail("%s: %w", "place", cause) }, "place: cause"},
		{"the first ends it", func() { must.Fail("first"); must.Fail("second") }, "first"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := must.Catch(test.reading)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if err := must.Catch(func() { must.Fail("place: %w", cause) }); !errors.Is(err, cause) {
		t.Errorf("%v does not wrap its cause", err)
	}
}

// A mistake of the program must not pass for a value that cannot be read.
func TestCatchLeavesOtherPanics(t *testing.T) {
	defer func() {
		if caught := recover(); caught != "a mistake" {
			t.Errorf("caught %v, want the panic itself", caught)
		}
	}()
	_ = must.Catch(func() { panic("a mistake") })
	t.Error("the panic is lost")
}

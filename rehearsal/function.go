package rehearsal

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"twinsite/internal/edgefunction"
	"twinsite/internal/must"
)

// A Function is the distribution's viewer-request function, run in a JavaScript
// engine in place of CloudFront's. It may be called by several goroutines.
type Function struct {
	Resource string
	function *edgefunction.Function
}

func newFunction(resource, code string) (*Function, error) {
	function, err := edgefunction.New(code)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resource, err)
	}
	return &Function{resource, function}, nil
}

// Call runs the function for one request. It is an error if the function answers
// by itself, which the rehearsal does not play, unless it sends the visitor elsewhere.
func (f *Function) Call(method, uri string, header map[string]string) (*edgefunction.Result, error) {
	result, err := f.function.Call(edgefunction.Request{Method: method, URI: uri, Headers: header})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", f.Resource, err)
	case result.Status != 0 && !redirects(result):
		return nil, fmt.Errorf("%s: %s %s: the function answers %d by itself, which the rehearsal does not play", f.Resource, method, uri, result.Status)
	}
	return result, nil
}

// redirects reports whether a function's answer sends a visitor to another address.
func redirects(result *edgefunction.Result) bool {
	return slices.Contains([]int{301, 302, 307, 308}, result.Status) && strings.HasPrefix(result.Headers["location"], "https://")
}

// tryFunction runs the edge function for a read and a write of a page and of
// each health path. A function that does not end, or fills the memory, ends the
// reading: no outage can be played with it.
func (r *reader) tryFunction() {
	paths := []string{"/"}
	for _, check := range r.model.Checks() {
		if check.Target == r.model.Edge.Resource {
			paths = append(paths, check.Path)
		}
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "POST"} {
			_, err := r.model.Edge.Route(method, path, map[string]string{"host": r.model.Pairs[0].Name})
			if errors.Is(err, edgefunction.ErrLimit) {
				must.Do(err)
			}
		}
	}
}

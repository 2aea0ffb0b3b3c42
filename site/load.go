package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// An Option changes what Load reads, before the rules are checked.
type Option func(*options)

// options are what the options set.
type options struct{ domain string }

// domainOption is how users give [WithDomain] to the CDK's command line.
const domainOption = "-c domain"

// WithDomain replaces the file's domain, to try a site under another name.
// An empty domain changes nothing. A problem with it names no line of the file.
func WithDomain(domain string) Option {
	return func(o *options) { o.domain = domain }
}

// Load reads a site from a YAML file: [Default] with what the file says. The
// paths in the site are relative to the file; in the Site they are relative to
// the working directory.
//
// The error is of type [Problems] and lists every mistake, one a line, as
// "file:line:column: field: what is wrong, what was given, what to do": a file
// that cannot be read or is not YAML, unknown and repeated keys, values of the
// wrong type, and every broken rule.
func Load(path string, opts ...Option) (*Site, error) {
	report := newReport(path)
	data, message := read(path)
	if message != "" {
		report.add("file", message)
		return nil, report.err()
	}
	return parse(report, data, opts...)
}

// read returns the content of a regular file that is not too large, or says why
// it cannot be read.
func read(path string) (data []byte, message string) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Sprintf("does not exist, got %s: give the path of a site's file", quote(path))
	case err != nil:
		return nil, cannotRead(err)
	case info.IsDir():
		return nil, fmt.Sprintf("is a directory, got %s: give the path of a file", quote(path))
	case !info.Mode().IsRegular():
		return nil, fmt.Sprintf("is no regular file, got %s: give the path of a file", quote(path))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cannotRead(err)
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, cannotRead(err)
	}
	return data, ""
}

// cannotRead words an error of the file system, without the path that stands
// at the line's beginning.
func cannotRead(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Sprintf("cannot be read, got %s: make it readable", quote(err.Error()))
}

// parse makes a site of a file's content.
func parse(report *report, data []byte, opts ...Option) (*Site, error) {
	site := Default()
	if !decode(report, data, site) {
		return nil, report.err()
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if o.domain != "" {
		site.Domain = o.domain
		report.options["domain"] = domainOption
	}
	if !report.given("edge.writeFailover") {
		site.Edge.WriteFailover = site.Edge.OriginTLS
	}
	if longest := site.Edge.ResponseTimeout.Truncate(time.Second); longest > 0 && !report.given("edge.readTimeout") {
		site.Edge.ReadTimeout = min(site.Edge.ReadTimeout, longest)
	}
	site.fill(filepath.Dir(report.file))
	check(report, site)
	if err := report.err(); err != nil {
		return nil, err
	}
	return site, nil
}

package site

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-playground/validator/v10"
)

var update = flag.Bool("update", false, "rewrite the expected messages, the schema and docs/configuration.md")

// glob returns the files of a pattern, of which there must be some.
func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("found no %s (%v)", pattern, err)
	}
	return files
}

// shipped returns the paths of every site that ships with Twinsite.
func shipped(t testing.TB) []string {
	t.Helper()
	return append(glob(t, "../examples/*.yaml"), "../site.yaml")
}

// readFile returns a file's content.
func readFile(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// writeFile writes a file of the test, and returns its path.
func writeFile(t testing.TB, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestLoadShipped promises that every site that ships with Twinsite is right.
func TestLoadShipped(t *testing.T) {
	for _, name := range []string{"article", "tokyo-and-ireland", "existing-zone", "own-image", "low-cost"} {
		if _, err := os.Stat("../examples/" + name + ".yaml"); err != nil {
			t.Error(err)
		}
	}
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := Load(file); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLoadGood promises that the rules refuse nothing that is right: each file
// stands at the edge of one.
func TestLoadGood(t *testing.T) {
	for _, file := range glob(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := Load(file); err != nil {
				t.Error(err)
			}
		})
	}
}

// wantMark begins the line that says which message a bad file has.
const wantMark = "# want:"

// TestLoadBad promises the message for each broken rule: one problem a file,
// which its first line gives word for word.
func TestLoadBad(t *testing.T) {
	for _, file := range glob(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			first, rest, _ := strings.Cut(readFile(t, file), "\n")
			want := strings.TrimSpace(strings.TrimPrefix(first, wantMark))
			_, err := Load(file)
			if err == nil {
				t.Fatalf("is accepted, want %s", want)
			}
			got := strings.TrimPrefix(err.Error(), file+":")
			if *update && !strings.Contains(got, "\n") {
				writeBack(t, file, wantMark+" "+got+"\n"+rest)
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// writeBack replaces a file of the repository.
func writeBack(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEveryRuleHasABadFile promises that no rule is left without a file that
// breaks it.
func TestEveryRuleHasABadFile(t *testing.T) {
	broken := map[string]bool{}
	for _, file := range glob(t, "testdata/bad/*.yaml") {
		report, site := newReport(file), Default()
		if !decode(report, []byte(readFile(t, file)), site) {
			continue
		}
		site.fill(filepath.Dir(file))
		var faults validator.ValidationErrors
		if errors.As(newValidator(fieldRules).Struct(site), &faults) {
			for _, fault := range faults {
				broken[fault.Tag()] = true
			}
		}
		for _, rule := range sectionRules() {
			fresh := newReport(file)
			rule(fresh, site)
			if len(fresh.problems) > 0 {
				broken[name(rule)] = true
			}
		}
	}
	rules := []string{"min", "max", "oneof"}
	for tag := range fieldRules {
		rules = append(rules, tag)
	}
	for _, rule := range sectionRules() {
		rules = append(rules, name(rule))
	}
	for _, rule := range rules {
		if !broken[rule] {
			t.Errorf("no file in testdata/bad breaks %s", rule)
		}
	}
}

// name returns the name of a rule's function.
func name(rule func(*report, *Site)) string {
	return runtime.FuncForPC(reflect.ValueOf(rule).Pointer()).Name()
}

// TestLoadUnreadable promises a clear message for what testdata cannot hold.
func TestLoadUnreadable(t *testing.T) {
	folder := t.TempDir()
	tests := map[string]struct{ file, want string }{
		"missing":   {filepath.Join(folder, "no.yaml"), "1:1: file: does not exist"},
		"folder":    {folder, "1:1: file: is a directory"},
		"device":    {os.DevNull, "1:1: file: is no regular file"},
		"in a file": {filepath.Join(writeFile(t, ""), "site.yaml"), "1:1: file: cannot be read, got \"not a directory\""},
		"empty":     {writeFile(t, ""), "1:1: yaml: is empty"},
		"UTF-16":    {writeFile(t, "\xff\xfen\x00"), "1:1: yaml: is not UTF-8, got the byte 0xff"},
		"Latin-1":   {writeFile(t, "name: a\n# \xe9t\xe9"), "2:3: yaml: is not UTF-8, got the byte 0xe9"},
		"NUL":       {writeFile(t, "name: \x00"), "1:7: yaml: has a character that YAML forbids here, got '\\x00'"},
		"bytes":     {writeFile(t, strings.Repeat("#", largestFile+1)), "1:1: yaml: is too large, got more than 16384 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(test.file)
			if want := test.file + ":" + test.want; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestLoadReportsAllAtOnce promises every mistake of a file, in the order of its
// lines, and each as a Problem.
func TestLoadReportsAllAtOnce(t *testing.T) {
	file := writeFile(t, "name: Ticketing\nipv6: yes\ncolour: red\nfailover: {threshold: 0, path: x}\n")
	_, err := Load(file)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %T, want Problems", err)
	}
	var got []string
	for _, problem := range problems {
		if problem.File != file {
			t.Errorf("got file %s, want %s", problem.File, file)
		}
		got = append(got, fmt.Sprintf("%d:%d:%s", problem.Line, problem.Column, problem.Field))
	}
	want := "1:1:name 1:1:domain 1:1:home.region 1:1:home.availabilityZones 1:1:standby.region 1:1:standby.availabilityZones" +
		" 2:1:ipv6 3:1:colour 4:12:failover.threshold 4:26:failover.path"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	var problem Problem
	if !errors.As(err, &problem) || problem.Field != "name" {
		t.Errorf("got %+v, want the problem of name", problem)
	}
}

// TestWithDomain promises that the option wins over the file, and is checked.
func TestWithDomain(t *testing.T) {
	site, err := Load("../site.yaml", WithDomain("example.org"))
	if err != nil || site.Domain != "example.org" {
		t.Errorf("got %v, %v, want example.org", site, err)
	}
	if site, err = Load("../site.yaml", WithDomain("")); err != nil || site.Domain != "ticketing.pw" {
		t.Errorf("got %v, %v, want the file's domain", site, err)
	}
	if _, err = Load("../site.yaml", WithDomain("localhost")); err == nil || !strings.Contains(err.Error(), ": domain: has one label") {
		t.Errorf("got %v, want a problem of domain", err)
	}
	if _, err = Load("testdata/bad/domain-missing.yaml", WithDomain("example.org")); err != nil {
		t.Errorf("got %v, want the option to replace what is missing", err)
	}
}

// TestLoadResolvesUserData promises a path that can be opened from here.
func TestLoadResolvesUserData(t *testing.T) {
	site, err := Load("../examples/own-image.yaml")
	if err != nil || site.Web.UserData != filepath.Join("..", "examples", "own-image.sh") {
		t.Errorf("got %v, %v", site, err)
	}
	script, err := filepath.Abs("testdata/bad/files/right.sh")
	if err != nil {
		t.Fatal(err)
	}
	least := readFile(t, "testdata/good/least.yaml")
	site, err = Load(writeFile(t, least+"web: {userData: \""+script+"\"}\n"))
	if err != nil || site.Web.UserData != script {
		t.Errorf("got %v, %v, want %s", site, err, script)
	}
}

// mostTime tells what hangs from what a busy machine takes long for: the slowest file
// takes two seconds on an idle one.
const mostTime = time.Minute

// TestCostlyFiles promises that what costs the parser most, as much of it as a
// file may hold, takes seconds at most.
func TestCostlyFiles(t *testing.T) {
	t.Parallel()
	for _, costly := range []struct{ first, again string }{
		{"x: >\n", "\n"}, // lines
		{"", "["},        // depth
		{"", "a:\n"},     // tokens
	} {
		data := costly.first + strings.Repeat(costly.again, (largestFile-len(costly.first))/len(costly.again))
		start := time.Now()
		if site, err := parse(newReport("site.yaml"), []byte(data)); err == nil {
			t.Errorf("%q is the site %v", costly.again, site)
		}
		if took := time.Since(start); took > mostTime {
			t.Errorf("%d bytes of %q took %v", len(data), costly.again, took)
		}
	}
}

// FuzzLoad promises that no file makes Load panic or hang, and that every
// problem says where it is.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"../site.yaml", "../examples/*.yaml", "testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		for _, file := range glob(f, pattern) {
			f.Add([]byte(readFile(f, file)))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		site, err := parse(newReport("testdata/site.yaml"), data)
		if took := time.Since(start); took > mostTime {
			t.Errorf("took %v", took)
		}
		if (site == nil) == (err == nil) {
			t.Errorf("got %v and %v, want one of them", site, err)
		}
		var problems Problems
		if err != nil && !errors.As(err, &problems) {
			t.Errorf("got %T, want Problems", err)
		}
		for _, problem := range problems {
			if problem.Line < 1 || problem.Column < 1 || problem.Field == "" || strings.ContainsAny(problem.Error(), "\n\r") {
				t.Errorf("got %#v", problem)
			}
		}
	})
}

// TestLoadOption promises that a problem with a value that an option gave names
// the option, not the file's line.
func TestLoadOption(t *testing.T) {
	_, err := Load("../site.yaml", WithDomain("BAD"))
	const want = `-c domain: domain: has capital letters, got "BAD": give the apex domain in lower case, as "example.com"`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestLoadStrangeName promises one line for each problem, whatever the file's
// name.
func TestLoadStrangeName(t *testing.T) {
	_, err := Load("no\nwhere\x1b.yaml")
	const want = `"no\nwhere\x1b.yaml":1:1: file: does not exist, got "no\nwhere\x1b.yaml": give the path of a site's file`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

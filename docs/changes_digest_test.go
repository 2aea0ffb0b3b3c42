package docs

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twinsite/site"
	"twinsite/site/edit"
)

// changesDigest is what docs/changes.md says of that from which its rows follow: golden
// templates of three sites, which between them have each setting, the other values of
// the fields, and the rules of the rehearsal of a change, without their comments. Edit
// changes what is read of a file.
//
// Rows also follow from how a failover is rehearsed and a template read. Those are not
// in it: they change often, and the page seldom with them.
func changesDigest(t *testing.T, variants []variant, edit func(file, text string) string) string {
	t.Helper()
	hash := sha256.New()
	fmt.Fprintf(hash, "%+v", variants)
	for _, file := range glob(t, "testdata/*/*.template.json", "rehearsal/change/*.go", "rehearsal/change/resource/*.go", "rehearsal/change/resource/types.json") {
		text := edit(file, read(t, file))
		switch {
		case strings.HasSuffix(file, "_test.go"):
			continue
		case strings.HasSuffix(file, ".go"):
			text = withoutComments(t, text)
		}
		fmt.Fprint(hash, text)
	}
	return fmt.Sprintf("<!-- templates, fields and rules %x -->", hash.Sum(nil)[:16])
}

func asItIs(_, text string) string { return text }

func withoutComments(t *testing.T, code string) string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := format.Node(&text, token.NewFileSet(), file); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestChangesDigest holds that the page is stale after a change of what its rows follow
// from, and after no other.
func TestChangesDigest(t *testing.T) {
	atTop(t)
	digest := changesDigest(t, variants, asItIs)
	for _, test := range []struct {
		file, old, new string
		stale          bool
	}{
		{"testdata/site/Primary.template.json", `"HealthyThresholdCount": 2`, `"HealthyThresholdCount": 3`, true},
		{"testdata/everything/Primary.template.json", `"HealthyThresholdCount": 2`, `"HealthyThresholdCount": 3`, true},
		{"rehearsal/change/resource/types.json", `"AWS::S3::Bucket"`, `"AWS::S3::Buckets"`, true},
		{"rehearsal/change/verdict.go", "Lost, Unread, Data, Refused, Stale}, k", "Lost, Data, Refused, Stale}, k", true},
		{"rehearsal/change/verdict.go", "// A Verdict is what a deployment costs.", "// A Verdict is something else.", false},
		{"rehearsal/change/change_test.go", "func defaultSite", "func otherSite", false},
	} {
		other := changesDigest(t, variants, func(file, text string) string {
			if file != test.file {
				return text
			}
			if !strings.Contains(text, test.old) {
				t.Errorf("%s has no %q", file, test.old)
			}
			return strings.Replace(text, test.old, test.new, 1)
		})
		if (other != digest) != test.stale {
			t.Errorf("%s with %q: stale: %t", test.file, test.new, !test.stale)
		}
	}
	others := slices.Clone(variants)
	others[len(others)-1].value = "true"
	if changesDigest(t, others, asItIs) == digest {
		t.Error("nobody notices another value of a field")
	}
}

// TestVariantsLoad holds that "make changes" can make the site of each variant: else the
// page could not be written again, and nobody would know before it takes minutes.
func TestVariantsLoad(t *testing.T) {
	atTop(t)
	dir := t.TempDir()
	writeSiteFiles(t, dir)
	for _, v := range append(slices.Clone(variants), variant{field: "web.drain", value: "2h"}) {
		data, err := edit.File("site.yaml", v.fields())
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "site.yaml")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := site.Load(file); (err != nil) != (v.value == "2h") {
			t.Errorf("%s: %v", v.forth(), err)
		}
	}
}

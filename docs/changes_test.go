package docs

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal/change"
	"twinsite/site"
	"twinsite/site/edit"
)

var updateChanges = flag.Bool("update-changes", false, "synthesize the site with each field changed, and rewrite docs/changes.md; takes minutes")

const changesPage = "docs/changes.md"

// TestChanges holds docs/changes.md: every field of a site has its rows, in the order
// of the fields, and they are of what decides them as it is. With -update-changes it
// writes the page.
func TestChanges(t *testing.T) {
	atTop(t)
	if *updateChanges {
		writeChanges(t)
	}
	var fields []string
	for _, v := range variants {
		fields = append(fields, v.field)
	}
	if got, want := slices.Compact(slices.Clone(fields)), siteFields(reflect.TypeFor[site.Site](), ""); !slices.Equal(got, want) {
		t.Errorf("variants has the fields\n%v\nand a site\n%v", got, want)
	}
	text := read(t, changesPage)
	if !strings.HasPrefix(text, changesHead) || !strings.Contains(text, changesFoot) {
		t.Errorf("%s begins or ends otherwise than changesHead and changesFoot: run make changes", changesPage)
	}
	if !strings.Contains(text, changesDigest(t, variants, asItIs)) {
		t.Errorf("%s is of other templates, fields or rules: run make changes", changesPage)
	}
	for _, v := range variants {
		for _, title := range []string{v.forth(), v.back()} {
			if strings.Count(text, "\n| "+title+" |") != 1 {
				t.Errorf("%s has no row, or two, of %s: run make changes", changesPage, title)
			}
		}
	}
	for _, title := range []string{"`site.yaml`, over `examples/article.yaml`", "`examples/article.yaml`, over `site.yaml`"} {
		if strings.Count(text, "\n| "+title+" |") != 1 {
			t.Errorf("%s has no row of %s", changesPage, title)
		}
	}
}

// siteFields are the paths of a site's fields that have a value.
func siteFields(kind reflect.Type, path string) []string {
	var fields []string
	for field := range kind.Fields() {
		name, inline := field.Tag.Get("yaml"), false
		if cut, ok := strings.CutSuffix(name, ",inline"); ok {
			name, inline = cut, true
		}
		below := strings.TrimPrefix(path+"."+name, ".")
		switch {
		case inline:
			fields = append(fields, siteFields(field.Type, path)...)
		case field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[netip.Prefix]():
			fields = append(fields, siteFields(field.Type, below)...)
		default:
			fields = append(fields, below)
		}
	}
	return fields
}

// changesHead begins the page, and changesFoot ends it.
const (
	changesHead = `# What each change costs

<!-- Written by "make changes" from the templates; see docs/changes_test.go. -->

Every field of ` + "`site.yaml`" + `, from its default to another value and back: what CloudFormation would replace, who would
notice, and the stacks that change in the order in which ` + "`make deploy`" + ` takes them. Each row is a rehearsal of the
deployment between two synthesized sites, see [rehearsal.md](rehearsal.md#a-change-rehearsed). Your own change:

` + "```sh" + `
make rehearse-change FROM=main
` + "```" + `

| change | what is replaced | who notices | the stacks, in order |
|---|---|---|---|
`
	changesFoot = `
## What a deployment does not undo

**` + "`zonalShift: false`" + `** leaves the groups registered: AWS takes "false" from registered groups only, so the template says
nothing, and what leaves a template stays as it is. Load balancers are not registered any longer. In each region, after the
deployment:

` + "```sh" + `
aws autoscaling update-auto-scaling-group --region ap-northeast-2 --auto-scaling-group-name GROUP \
  --availability-zone-impairment-policy ZonalShiftEnabled=false,ImpairedZoneHealthCheckBehavior=IgnoreUnhealthy
` + "```" + `

**` + "`standby.web.follow: 0`" + `** leaves the standby's group the last minimum that was set: CloudFormation does not put back what the
template still says. After the deployment, with ` + "`standby.web.minimum`" + `, or ` + "`web.minimum`" + ` where the standby has none:

` + "```sh" + `
aws autoscaling update-auto-scaling-group --region us-east-1 --auto-scaling-group-name GROUP --min-size 2
` + "```" + `
`
)

// forth and back title the two rows of a variant.
func (v variant) forth() string {
	return fmt.Sprintf("`%s`: default to `%s`", v.field, strings.ReplaceAll(v.value, "|", `\|`))
}

func (v variant) back() string {
	return fmt.Sprintf("`%s`: `%s` to default", v.field, strings.ReplaceAll(v.value, "|", `\|`))
}

// fields are those that differ from the default site's.
func (v variant) fields() map[string]string {
	fields := map[string]string{v.field: v.value}
	maps.Copy(fields, v.with)
	return fields
}

// A synthesizer makes assemblies of sites with the application, built once.
type synthesizer struct {
	t        *testing.T
	dir, app string
}

func writeChanges(t *testing.T) {
	t.Helper()
	s := &synthesizer{t: t, dir: t.TempDir()}
	s.app = filepath.Join(s.dir, "app")
	if output, err := exec.Command("go", "build", "-o", s.app, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, output)
	}
	writeSiteFiles(t, s.dir)
	base := s.synthesize("site.yaml", nil)
	rows := make([]string, len(variants)+1)
	var working sync.WaitGroup
	next := make(chan int)
	for range 2 {
		working.Go(func() {
			for i := range next {
				if i < len(variants) {
					rows[i] = s.rows(base, variants[i])
				} else {
					rows[i] = s.article(base)
				}
			}
		})
	}
	for i := range rows {
		next <- i
	}
	close(next)
	working.Wait()
	if t.Failed() {
		t.FailNow()
	}
	page := changesHead + strings.Join(rows, "") + changesFoot + "\n" + changesDigest(t, variants, asItIs) + "\n"
	if err := os.WriteFile(changesPage, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeSiteFiles writes what variants name beside their site's file.
func writeSiteFiles(t *testing.T, dir string) {
	t.Helper()
	err := os.WriteFile(filepath.Join(dir, "boot.sh"), []byte("#!/bin/bash\n"), 0o600)
	if err := errors.Join(err, os.CopyFS(filepath.Join(dir, "files"), os.DirFS("testdata/sites/everything-files"))); err != nil {
		t.Fatal(err)
	}
}

// synthesize makes the assembly of a site's file with these fields changed. It is
// called by several goroutines.
func (s *synthesizer) synthesize(file string, fields map[string]string) *assembly.Assembly {
	data, err := edit.File(file, fields)
	dir, errDir := os.MkdirTemp(s.dir, "")
	changed, errFile := os.CreateTemp(s.dir, "*.yaml") // beside the script that web.userData names
	if err != nil || errDir != nil || errFile != nil {
		s.t.Errorf("%s %v: %v %v %v", file, fields, err, errDir, errFile)
		return nil
	}
	_, err = changed.Write(data)
	if errClose := changed.Close(); err != nil || errClose != nil {
		s.t.Errorf("%v %v", err, errClose)
		return nil
	}
	command := exec.Command(s.app)
	command.Env = append(os.Environ(), "CDK_VALIDATION=false", "CDK_OUTDIR="+dir, fmt.Sprintf(`CDK_CONTEXT_JSON={"site": %q}`, changed.Name()))
	if output, err := command.CombinedOutput(); err != nil {
		s.t.Errorf("%v: %v: %s", fields, err, output)
		return nil
	}
	a, err := assembly.Load(dir)
	if err != nil {
		s.t.Errorf("%v: %v", fields, err)
	}
	return a
}

// rows are the two rows of a variant.
func (s *synthesizer) rows(base *assembly.Assembly, v variant) string {
	if v.same != "" {
		return fmt.Sprintf("| %s | – | nobody: %s | – |\n| %s | – | nobody: %s | – |\n", v.forth(), v.same, v.back(), v.same)
	}
	fields := v.fields()
	changed := s.synthesize("site.yaml", fields)
	if base == nil || changed == nil {
		return ""
	}
	with := ""
	for _, field := range slices.Sorted(maps.Keys(v.with)) {
		if v.with[field] == edit.LeftOut {
			with += ", without " + field
		} else {
			with += ", with " + field
		}
	}
	return s.row(v.forth(), with, base, changed, "site.yaml", fields) + s.row(v.back(), with, changed, base, "site.yaml", nil)
}

// article are the rows between the two sites, of which the article's has the other's
// name and domain.
func (s *synthesizer) article(base *assembly.Assembly) string {
	fields := map[string]string{"name": "ticketing", "domain": "ticketing.pw"}
	article := s.synthesize("examples/article.yaml", fields)
	if base == nil || article == nil {
		return ""
	}
	return s.row("`site.yaml`, over `examples/article.yaml`", "", article, base, "site.yaml", nil) +
		s.row("`examples/article.yaml`, over `site.yaml`", "", base, article, "examples/article.yaml", fields)
}

// row is the row of a deployment, of the site that the file describes with these
// fields changed: in two deployments, where "make deploy" makes two.
func (s *synthesizer) row(title, with string, from, to *assembly.Assembly, file string, fields map[string]string) string {
	v, err := change.Judge(from, to)
	if err != nil {
		s.t.Errorf("%s: %v", title, err)
		return ""
	}
	cells := v.Cells()
	detour, err := v.Detour(from, to, func(first map[string]string) (*assembly.Assembly, error) {
		all := maps.Clone(first)
		for path, value := range fields {
			if _, changed := all[path]; !changed {
				all[path] = value
			}
		}
		if a := s.synthesize(file, all); a != nil {
			return a, nil
		}
		return nil, errors.New("does not synthesize")
	})
	if err != nil {
		s.t.Errorf("%s: %v", title, err)
		return ""
	}
	if detour != nil {
		cells = detour.Cells()
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", title, cells.Replaced, cells.Costs, cells.Order+with)
}

package promises

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// BenchmarkBrokenValues breaks the values of the default site's golden templates, one at a time, and counts those that a
// promise notices. With -v it lists the others: the golden templates and the constructs' tests alone own them.
//
//	go test ./promises -run '^$' -bench BrokenValues -benchtime 1x -v
//
// What counts as a value is every string, number and boolean below a resource's Properties. References (Ref and the
// functions with Fn::) are left out with all that is in them: the promises follow them, and a broken one leads nowhere.
// Tags and prose (descriptions, comments, the Sid of a statement) are left out too, as AWS does nothing with them.
func BenchmarkBrokenValues(b *testing.B) {
	a, s, values := defaultSite(b)
	for b.Loop() {
		unnoticed := unnoticed(a, s, values)
		b.ReportMetric(float64(len(values)), "values")
		b.ReportMetric(100*float64(len(values)-len(unnoticed))/float64(len(values)), "%noticed")
		b.Log(listed(unnoticed))
	}
}

// A singleValue is a value of a template that is no reference.
type singleValue struct {
	resource *assembly.Resource
	path     string
	value    any
}

// defaultSite reads the default site, its golden templates and their single values.
func defaultSite(tb testing.TB) (*assembly.Assembly, *site.Site, []singleValue) {
	tb.Helper()
	dir := filepath.Join("..", "testdata", "site")
	a, err := assembly.Load(dir)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := site.Load(filepath.Join("..", "site.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	if broken := Check(a, s); broken != nil {
		tb.Fatalf("the golden templates break promises: %v", broken)
	}
	var values []singleValue
	for _, stack := range a.Stacks() {
		var template struct {
			Resources map[string]struct{ Properties map[string]any }
		}
		data, err := os.ReadFile(filepath.Join(dir, stack.ID+".template.json"))
		if err != nil {
			tb.Fatal(err)
		}
		if err := json.Unmarshal(data, &template); err != nil {
			tb.Fatal(err)
		}
		for _, r := range stack.Resources() {
			collect(template.Resources[r.LogicalID].Properties, "", func(path string, value any) {
				values = append(values, singleValue{r, path, value})
			})
		}
	}
	return a, s, values
}

// collect finds the single values below a value of a template.
func collect(value any, path string, found func(path string, value any)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range read.Sorted(value) {
			if key == "Ref" || strings.HasPrefix(key, "Fn::") {
				return
			}
			if !slices.Contains(uncounted, key) {
				collect(value[key], below(path, strings.ReplaceAll(key, ".", `\.`)), found)
			}
		}
	case []any:
		for i, item := range value {
			collect(item, below(path, fmt.Sprint(i)), found)
		}
	default:
		found(path, value)
	}
}

// uncounted are the properties that AWS does nothing with.
var uncounted = []string{"Tags", "TagSpecifications", "Description", "AlarmDescription", "GroupDescription", "Comment", "Sid"}

func below(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

// unnoticed are the values that no promise of the site notices when they are broken.
func unnoticed(a *assembly.Assembly, s *site.Site, values []singleValue) []singleValue {
	promises := For(s)
	var missed []singleValue
	for _, v := range values {
		v.resource.Set(v.path, brokenValue(v.value))
		in := read.New(a, s)
		i := slices.IndexFunc(promises, func(p Promise) bool { return p.broken(in) != nil })
		v.resource.Set(v.path, v.value)
		if i < 0 {
			missed = append(missed, v)
			continue
		}
		// Who notices a value is likely to notice its neighbour: asked first, it saves most of the time.
		noticed := promises[i]
		promises = slices.Insert(slices.Delete(promises, i, i+1), 0, noticed)
	}
	return missed
}

// brokenValue is another value of the same kind.
func brokenValue(value any) any {
	switch value := value.(type) {
	case string:
		return value + "-broken"
	case float64:
		return value + 1
	case bool:
		return !value
	}
	panic(fmt.Sprintf("a template has the value %v", value))
}

// listed counts values by their resources' types and their paths without the indices of lists, a line each.
func listed(values []singleValue) string {
	count := map[string]int{}
	for _, v := range values {
		count[v.resource.Type+" "+indices.ReplaceAllString(v.path, ".*")]++
	}
	var lines strings.Builder
	fmt.Fprintf(&lines, "%d values that no promise notices:", len(values))
	for _, place := range read.Sorted(count) {
		fmt.Fprintf(&lines, "\n%4d %s", count[place], place)
	}
	return lines.String()
}

var indices = regexp.MustCompile(`\.\d+\b`)

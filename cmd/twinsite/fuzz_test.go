package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"twinsite/account/cost"
	"twinsite/assembly"
	"twinsite/diagram"
	"twinsite/promises"
	"twinsite/rehearsal"
	"twinsite/rehearsal/predict"
	"twinsite/site"
)

// assemblyFiles are the files of an assembly, of which one may be mutated.
var assemblyFiles = []string{
	"manifest.json", "Domain.template.json", "Global.template.json", "Secondary.template.json", "Primary.template.json", "Failover.template.json",
}

// FuzzAssembly holds that no assembly makes a command panic or hang. It puts a
// value, or nothing, in the place of two nodes of one of the default site's
// files. A node is counted from the file's beginning, keys in their order.
func FuzzAssembly(f *testing.F) {
	for _, seed := range fuzzSeeds(f) {
		f.Add(seed.file, seed.node, seed.value, seed.node+7, "")
	}
	s, err := site.Load(root + "site.yaml")
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root+"testdata/site")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file uint8, node uint16, value string, second uint16, secondValue string) {
		name := assemblyFiles[int(file)%len(assemblyFiles)]
		original, err := os.ReadFile(root + "testdata/site/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(original, &tree); err != nil {
			t.Fatal(err)
		}
		for _, change := range []struct {
			node  uint16
			value string
		}{{node, value}, {second, secondValue}} {
			m := mutation{left: int(change.node) % max(1, count(tree)), value: parseValue(change.value), remove: change.value == ""}
			tree = m.apply(tree)
		}
		mutated, err := json.Marshal(tree)
		if err != nil {
			t.Skip(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, mutated, 0o600); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.WriteFile(path, original, 0o600) }()
		inTime(t, func() { useAssembly(t, dir, s) })
	})
}

// inTime fails the test if something takes so long that a user would call it
// hung.
func inTime(t *testing.T, what func()) {
	t.Helper()
	const most = 30 * time.Second
	guard := time.AfterFunc(most, func() { panic("hangs for " + most.String()) }) // with all goroutines, which say where
	defer guard.Stop()
	what()
}

// useAssembly does with an assembly what all commands do.
func useAssembly(t *testing.T, dir string, s *site.Site) {
	t.Helper()
	a, err := assembly.Load(dir)
	if err != nil {
		return
	}
	_ = a.Check()
	_ = belongs(a, s)
	_ = promises.Check(a, s)
	_, _ = diagram.D2(a)
	_, _ = cost.Of(a, cost.Use{Visits: 1, Pages: 1, Files: 1, Written: 1})
	m, err := rehearsal.NewModel(a)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := rehearsal.DefaultParameters()
	_, _ = predict.Run(ctx, m, predict.Options{Trials: 1, Seed: 1, Parameters: &p})
	if ctx.Err() != nil {
		t.Error("one trial takes more than 20 s")
	}
}

// A mutation puts a value in the place of a node, or removes it.
type mutation struct {
	left   int // nodes to pass over
	value  any
	remove bool
	done   bool
}

func (m *mutation) apply(node any) any {
	if m.done {
		return node
	}
	if m.left == 0 {
		m.done = true
		return m.value
	}
	m.left--
	switch node := node.(type) {
	case []any:
		for i := range node {
			node[i] = m.apply(node[i])
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if m.remove && m.left == 0 && !m.done {
				delete(node, key)
				m.done = true
				break
			}
			node[key] = m.apply(node[key])
		}
	}
	return node
}

// count is how many nodes a tree has.
func count(node any) int {
	n := 1
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			n += count(item)
		}
	case map[string]any:
		for _, item := range node {
			n += count(item)
		}
	}
	return n
}

// parseValue takes text that is no JSON for itself.
func parseValue(text string) any {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return text
	}
	return value
}

type fuzzSeed struct {
	file  uint8
	node  uint16
	value string
}

// fuzzSeeds puts each of the hostile values at nodes all over the files.
func fuzzSeeds(tb testing.TB) []fuzzSeed {
	tb.Helper()
	values := []string{
		"null", "true", "-1", "0", "1e18", "1.5", `""`, `"\u0000"`, `"${Primary.X}"`, "[]", "[null]", "{}", "", `{"Ref": "AWS::NoValue"}`, `{"Ref": "Nothing"}`,
		`{"Fn::GetStackOutput": {"StackName": "ticketing-Failover", "OutputName": "X"}}`, `{"Fn::If": ["C", 1, 2]}`, `{"Fn::Split": [",", "a,b"]}`, strconv.Quote("\u202e\U0010ffff"),
	}
	var seeds []fuzzSeed
	for i, value := range values {
		seeds = append(seeds, fuzzSeed{uint8(i % len(assemblyFiles)), uint16(37 * i), value})
	}
	return seeds
}

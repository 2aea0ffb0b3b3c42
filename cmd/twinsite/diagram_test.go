package main

import (
	"testing"

	"twinsite/assembly"
	"twinsite/diagram"
)

func TestDiagram(t *testing.T) {
	a, err := assembly.Load(root + "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	want, err := diagram.D2(a)
	if err != nil {
		t.Fatal(err)
	}
	if out, stderr, status := execute(t, "diagram", "-assembly", root+"testdata/site"); status != 0 || out != want {
		t.Errorf("got %d, %s and\n%s", status, stderr, out)
	}
}

func TestDiagramMistakes(t *testing.T) {
	wantUnusable(t, []mistake{
		{[]string{"diagram"}, "cdk.out"},
		{[]string{"diagram", "-assembly", "nowhere"}, "nowhere"},
		{[]string{"diagram", "-assembly", root + "assembly/testdata/site"}, "Primary"}, // whose picture is not known
		{[]string{"diagram", "cdk.out"}, "unknown command"},
	})
}

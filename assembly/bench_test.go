package assembly

import (
	"fmt"
	"strings"
	"testing"
)

// big returns six stacks of about 100 KB each, whose resources refer to the stack before.
func big() []stackFile {
	var stacks []stackFile
	for i := range 6 {
		var b strings.Builder
		b.WriteString(`{"Resources": {"First": {"Type": "T"}`)
		for j := range 400 {
			value := `{"Fn::GetAtt": ["First", "Arn"]}`
			if i > 0 {
				value = fmt.Sprintf(`{"Fn::GetStackOutput": {"StackName": "app-S%d", "OutputName": "O"}}`, i-1)
			}
			fmt.Fprintf(&b, `, "R%d": {"Type": "T", "Properties": {"A": {"B": [{"C": %s}, %q]}}}`, j, value, strings.Repeat("x", 150))
		}
		b.WriteString(`}, "Outputs": {"O": {"Value": {"Ref": "First"}}}}`)
		s := stackFile{id: fmt.Sprintf("S%d", i), template: b.String()}
		if i > 0 {
			s.dependencies = []string{fmt.Sprintf("S%d", i-1)}
		}
		stacks = append(stacks, s)
	}
	return stacks
}

func BenchmarkLoad(b *testing.B) {
	fsys := files(big()...)
	for b.Loop() {
		if _, err := load(fsys); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	a, err := load(files(big()...))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := a.Check(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReferencesTo(b *testing.B) {
	a, err := load(files(big()...))
	if err != nil {
		b.Fatal(err)
	}
	r, err := a.Find("S0", "First")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if n := len(a.ReferencesTo(r)); n != 800 {
			b.Fatalf("%d references, want 800", n)
		}
	}
}

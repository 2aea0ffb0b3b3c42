package read

import (
	"errors"
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/when"
	"twinsite/site"
)

// A Promise is something that the templates of a site keep.
type Promise struct {
	Name  string
	When  when.Condition
	Check func(in *Reader) // ends with a breach, or the error of a value that cannot be read
}

// HoldsFor reports whether the promise holds for a site.
func (p Promise) HoldsFor(s *site.Site) bool { return p.When.Holds == nil || p.When.Holds(s) }

// Broken returns how the promise is broken, nil if it is kept.
func (p Promise) Broken(in *Reader) *Breach {
	err := must.Catch(func() { p.Check(in) })
	if err == nil {
		return nil
	}
	var b Breach
	if !errors.As(err, &b) {
		b = place(in.Assembly, err)
	}
	return &b
}

// A Breach says where and how a promise is broken.
type Breach struct {
	Resource *assembly.Resource // nil where no single resource is to blame
	Property string             // path in Resource, as package assembly writes it; "" if no single one is to blame
	Why      string             // one line; with a Property or Resource, what follows its name: "is 8080, want 80"
}

// Error returns where the promise is broken and why.
func (b Breach) Error() string {
	switch {
	case b.Resource == nil:
		return b.Why
	case b.Property == "":
		return b.Resource.String() + " " + b.Why
	}
	return b.Resource.String() + ": " + b.Property + " " + b.Why
}

// place finds in an error about a value that cannot be read where that value
// stands: such an error begins with it, "Primary.Edge4F2A.DistributionConfig: …".
func place(a *assembly.Assembly, err error) Breach {
	text := line(err.Error())
	at, why, _ := strings.Cut(text, ": ")
	parts := strings.SplitN(at, ".", 3)
	if len(parts) < 2 {
		return Breach{Why: text}
	}
	r, err := a.Find(parts[0], parts[1])
	if err != nil {
		return Breach{Why: text}
	}
	b := Breach{Resource: r, Why: "cannot be read: " + why}
	if len(parts) == 3 {
		b.Property = parts[2]
	}
	return b
}

// Fail ends a check: the promise is broken at a property of a resource, in the
// way that follows, as fmt.Sprintf takes it. The resource may be nil and the
// property empty.
func Fail(r *assembly.Resource, property, format string, args ...any) {
	must.Do(Breach{Resource: r, Property: property, Why: line(fmt.Sprintf(format, args...))})
}

// line makes one line of a text, whose end is cut off where nobody would read
// it: scripts and dashboards are long.
func line(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

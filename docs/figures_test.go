package docs

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestStackSizes holds the stacks that the READMEs show after "make synth"
// against the default site's.
func TestStackSizes(t *testing.T) {
	atTop(t)
	for _, file := range []string{english, korean} {
		page := read(t, file)
		for _, stack := range golden(t).Stacks() {
			line := regexp.MustCompile(`(?m)^` + stack.Name + ` +` + stack.Region + ` +(\d+) resources?$`)
			holds := func(page string) bool {
				said := line.FindStringSubmatch(page)
				return said != nil && said[1] == strconv.Itoa(len(stack.Resources()))
			}
			if !holds(page) {
				t.Errorf("%s: %q is not what %s has: %d resources", file, line.FindString(page), stack.Name, len(stack.Resources()))
			}
			if holds(line.ReplaceAllString(page, stack.Name+" "+stack.Region+" 47 resources")) {
				t.Errorf("%s: nobody noticed another number of resources in %s", file, stack.Name)
			}
		}
	}
}

// TestNeeds holds the quotas that the READMEs show after "make synth" against what
// our command says of the default site.
func TestNeeds(t *testing.T) {
	atTop(t)
	for _, file := range glob(t, "cmd/twinsite/*.go", "topology/*.go") {
		read(t, file)
	}
	golden(t)
	_, needs, found := strings.Cut(output(t, "go", "run", "./cmd/twinsite", "summary", "testdata/site"), "\n\n")
	needs, _, _ = strings.Cut(needs, "ask for ")
	if !found || strings.Count(needs, "\n") != 4 {
		t.Fatalf("the needs of the default site are %q", needs)
	}
	for _, file := range []string{english, korean} {
		page := read(t, file)
		if !strings.Contains(page, "\n"+needs+"```\n") {
			t.Errorf("%s lacks what our command says:\n%s", file, needs)
		}
		if strings.Contains(strings.Replace(page, "4 to 14", "4 to 12", 1), "\n"+needs+"```\n") {
			t.Errorf("%s: nobody noticed other vCPUs", file)
		}
	}
}

// TestCosts holds what the READMEs say of the default site's costs against what our
// command says of its templates, and the total of docs/costs.md against it.
func TestCosts(t *testing.T) {
	atTop(t)
	for _, file := range glob(t, "cmd/twinsite/*.go", "account/cost/*", "topology/*.go") {
		read(t, file)
	}
	golden(t)
	said := regexp.MustCompile(`(?m)^total +(\d+\.\d\d)$`).FindStringSubmatch(output(t, "go", "run", "./cmd/twinsite", "cost", "-assembly", "testdata/site"))
	if said == nil {
		t.Fatal("our command says no total of the default site")
	}
	if row := "| **total** | | | | **" + said[1] + "** |"; !strings.Contains(read(t, "docs/costs.md"), row) {
		t.Errorf("docs/costs.md lacks %q, run make golden", row)
	}
	total, err := strconv.ParseFloat(said[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	about := strconv.Itoa(int(math.Round(total/10) * 10))
	for file, words := range map[string]string{english: "about %s US dollars a month", korean: "한 달에 약 %s달러"} {
		page, words := strings.Join(strings.Fields(read(t, file)), " "), fmt.Sprintf(words, about)
		if !strings.Contains(page, words) {
			t.Errorf("%s lacks %q", file, words)
		}
	}
}

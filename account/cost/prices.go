package cost

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// priceTable is the dated prices, and the resource types that have none.
//
//go:embed prices.yaml
var priceTable []byte

// A Source is where a price was read.
type Source struct {
	// Date is the source's own, as "2026-10-01", "2026-10" or "2026"; "none" if it bears
	// none.
	Date string `yaml:"date" json:"date"`

	// URL is a page, or the price list that the page quotes.
	URL string `yaml:"url" json:"url"`

	// What says whose words these are.
	What string `yaml:"what" json:"what"`
}

// Dated reports whether the source has a date.
func (s Source) Dated() bool { return s.Date != undated }

const undated = "none"

// A Price is what one unit of something costs.
type Price struct {
	USD    float64 `json:"usd"`
	Unit   string  `json:"unit"` // "hour", "month", "GB-month", "GB", "LCU-hour", "million", "10,000 requests", "1,000 steps"
	Source Source  `json:"source"`
}

// everywhere is the region of a price that all regions have that have no other.
const everywhere = "everywhere"

// A Table is the prices by kind and region, and the resource types that need none.
type Table struct {
	sources   map[string]Source
	kinds     map[string]kind
	instances map[string]map[string]quote
	free      map[string]bool
	byUse     map[string]string
}

// A kind is what is priced.
type kind struct {
	Name  string           `yaml:"name"`  // "NAT gateways"
	Group string           `yaml:"group"` // one of groups
	Unit  string           `yaml:"unit"`
	In    map[string]quote `yaml:"in"` // by region
}

type quote struct {
	USD    *float64 `yaml:"usd"`
	Source string   `yaml:"source"`
}

// The groups of items, in the order in which they are listed.
var groups = []string{"servers", "network", "delivery", "names", "files", "protection", "operation"}

// Prices returns the table that is built in.
var Prices = sync.OnceValues(func() (*Table, error) { return parseTable(priceTable) })

// parseTable reads a table. It refuses one with a price that has no source, and a
// source without a date: one that bears none must say so.
func parseTable(data []byte) (*Table, error) {
	var file struct {
		Sources   map[string]Source           `yaml:"sources"`
		Prices    map[string]kind             `yaml:"prices"`
		Instances map[string]map[string]quote `yaml:"instances"`
		Types     struct {
			Free  []string          `yaml:"free"`
			ByUse map[string]string `yaml:"byUse"`
		} `yaml:"types"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&file); err != nil {
		return nil, fmt.Errorf("prices.yaml: %w", err)
	}
	t := &Table{sources: file.Sources, kinds: file.Prices, instances: file.Instances, byUse: file.Types.ByUse, free: map[string]bool{}}
	for _, name := range file.Types.Free {
		t.free[name] = true
	}
	return t, t.check()
}

var date = regexp.MustCompile(`^(none|\d{4}(-\d\d(-\d\d)?)?)$`)

func (t *Table) check() error {
	for _, name := range slices.Sorted(maps.Keys(t.sources)) {
		source := t.sources[name]
		if !date.MatchString(source.Date) {
			return fmt.Errorf("prices.yaml: source %s has the date %q: give one as 2026-10-01, or none", name, source.Date)
		}
		if !strings.HasPrefix(source.URL, "https://") || source.What == "" {
			return fmt.Errorf("prices.yaml: source %s lacks its url or what it is", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.kinds)) {
		k := t.kinds[name]
		if k.Name == "" || k.Unit == "" || !slices.Contains(groups, k.Group) {
			return fmt.Errorf("prices.yaml: %s lacks a name, a unit, or a group of %s", name, strings.Join(groups, ", "))
		}
		if err := t.checkQuotes(name, k.In); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.instances)) {
		if err := t.checkQuotes(name, t.instances[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) checkQuotes(of string, in map[string]quote) error {
	for _, region := range slices.Sorted(maps.Keys(in)) {
		q := in[region]
		if q.USD == nil || !(*q.USD >= 0) || math.IsInf(*q.USD, 0) {
			return fmt.Errorf("prices.yaml: %s in %s has no price", of, region)
		}
		if _, ok := t.sources[q.Source]; !ok {
			return fmt.Errorf("prices.yaml: %s in %s names no source under sources: %q", of, region, q.Source)
		}
	}
	return nil
}

// kind returns what is priced under a name: of prices, or an instance type.
func (t *Table) kind(name string) kind {
	if instanceType, ok := strings.CutPrefix(name, instancePrefix); ok {
		return kind{Name: "web servers, " + instanceType, Group: "servers", Unit: "hour", In: t.instances[instanceType]}
	}
	k, ok := t.kinds[name]
	if !ok {
		panic("cost: prices.yaml has no " + name)
	}
	return k
}

// instancePrefix begins the name of the kind of servers of an instance type.
const instancePrefix = "instance "

// price returns the price of a kind in a region; nil if it is not known.
func (t *Table) price(k kind, region string) *Price {
	q, ok := k.In[region]
	if !ok {
		q, ok = k.In[everywhere]
	}
	if !ok {
		return nil
	}
	return &Price{USD: *q.USD, Unit: k.Unit, Source: t.sources[q.Source]}
}

// Knows reports whether a resource type is counted, free, or costs what is done with
// it.
func (t *Table) Knows(resourceType string) bool {
	_, counted := counters[resourceType]
	return counted || t.free[resourceType] || t.use(resourceType) != ""
}

// use says what a resource of the type costs by use; "" if nothing is known.
func (t *Table) use(resourceType string) string {
	if strings.HasPrefix(resourceType, "Custom::") {
		resourceType = "Custom::*"
	}
	return t.byUse[resourceType]
}

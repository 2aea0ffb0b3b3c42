// Package cost estimates what a site costs in a month, from its templates and a table
// of dated prices. It asks AWS nothing.
//
//	a, err := assembly.Load("cdk.out")
//	estimate, err := cost.Of(a, cost.Use{Visits: 100_000, GB: 200})
//	fmt.Println(estimate.Total, estimate.Undated)
//
// What runs when nobody visits is counted for a month of 730 hours, on demand, without
// taxes and free tiers: Auto Scaling groups at their minimum, which scheduled actions
// change, averaged over a year. What depends on use is counted apart, under the
// assumptions that [Use] states.
//
// A total has only what has a price with a date. What has a price without one is summed
// up beside it; what has none, or cannot be read, is named. The prices, and how to add
// one, are in prices.yaml.
package cost

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"twinsite/assembly"
)

// Hours is how long a month is.
const Hours = 730

// Cents is an amount of US dollars. Its text and its JSON are as "12.34".
type Cents int64

// String returns the amount in dollars, as "12.34".
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// MarshalJSON writes the amount in dollars, as a number.
func (c Cents) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

// mostUSD bounds an item, so that sums of items stay integers.
const mostUSD = 1e12

// An Item is one line of an estimate: what is of one kind in one region.
type Item struct {
	What   string `json:"what"`   // "NAT gateways"
	Group  string `json:"group"`  // "servers", "network", "delivery", "names", "files", "protection" or "operation"
	Region string `json:"region"` // "us-east-1"

	// Quantity is in the price's unit, for the month: of two NAT gateways 1460 hours.
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`

	// Price is nil if there is none in the table for this region; USD is then 0. USD is
	// rounded to the cent, so that a total is the sum of what is printed.
	Price *Price `json:"price"`
	USD   Cents  `json:"usd"`
}

// An Estimate is what a site costs in a month.
type Estimate struct {
	Site string `json:"site"` // what its stacks' names begin with: "ticketing"

	// Fixed is what runs when nobody visits. Total is the sum of its items that have a
	// price with a date, Undated of those that have one without.
	Fixed   []Item `json:"fixed"`
	Total   Cents  `json:"total"`
	Undated Cents  `json:"undated"`

	// Use is what depends on visitors and files; it is empty without them. Its sums are
	// apart from those of Fixed.
	Use        []Item `json:"use"`
	UseTotal   Cents  `json:"useTotal"`
	UseUndated Cents  `json:"useUndated"`

	// Unread are resources that have a cost that the templates do not say, each with the
	// reason, and resource types that the table does not know.
	Unread []string `json:"unread"`

	// ByUse are the resource types of the site that cost by use, each with what of it.
	ByUse []string `json:"byUse"`
}

// Of returns the estimate of a site. It is an error if the use is none; what cannot be
// read of the site is in [Estimate.Unread].
func Of(a *assembly.Assembly, use Use) (*Estimate, error) {
	if err := use.check(); err != nil {
		return nil, err
	}
	prices, err := Prices()
	if err != nil {
		return nil, err
	}
	fixed, used := newCounter(a, prices), newCounter(a, prices)
	for _, r := range a.Resources() {
		fixed.count(r)
	}
	used.countUse(use)
	first := a.Stacks()[0]
	e := &Estimate{
		Site:   strings.TrimSuffix(first.Name, "-"+first.ID),
		Fixed:  fixed.sorted(),
		Use:    used.sorted(),
		Unread: append(fixed.unread, used.unread...),
		ByUse:  fixed.byUse,
	}
	e.Total, e.Undated = sums(e.Fixed)
	e.UseTotal, e.UseUndated = sums(e.Use)
	slices.Sort(e.ByUse)
	return e, nil
}

// sums adds up what has a price with a date, and what has one without.
func sums(items []Item) (dated, others Cents) {
	for _, item := range items {
		switch {
		case item.Price == nil:
		case item.Price.Source.Dated():
			dated += item.USD
		default:
			others += item.USD
		}
	}
	return dated, others
}

// A counter collects the items of a site.
type counter struct {
	assembly *assembly.Assembly
	prices   *Table
	items    []Item
	unread   []string
	byUse    []string
}

func newCounter(a *assembly.Assembly, prices *Table) *counter {
	return &counter{assembly: a, prices: prices, items: []Item{}, unread: []string{}, byUse: []string{}}
}

// sorted returns the items by group, name and region.
func (c *counter) sorted() []Item {
	slices.SortFunc(c.items, func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(slices.Index(groups, a.Group), slices.Index(groups, b.Group)),
			cmp.Compare(a.What, b.What),
			cmp.Compare(a.Region, b.Region),
		)
	})
	return c.items
}

// count adds what a resource costs.
func (c *counter) count(r *assembly.Resource) {
	if count, ok := counters[r.Type]; ok {
		if err := count(c, r); err != nil {
			c.unreadable("%v", err)
		}
		return
	}
	if c.prices.free[r.Type] {
		return
	}
	if c.prices.use(r.Type) == "" {
		c.unreadable("%s: prices.yaml does not know %s", r, r.Type)
		return
	}
	c.addUse(r)
}

// addUse adds what a resource of the type costs by use.
func (c *counter) addUse(r *assembly.Resource) {
	line := r.Type + ": " + c.prices.use(r.Type)
	if !slices.Contains(c.byUse, line) && !strings.HasPrefix(r.Type, "Custom::") {
		c.byUse = append(c.byUse, line)
	}
}

func (c *counter) unreadable(format string, args ...any) {
	c.unread = append(c.unread, strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
}

// add adds so many units of a kind to the item of the region.
func (c *counter) add(name, region string, quantity float64) {
	if quantity == 0 {
		return
	}
	k := c.prices.kind(name)
	i := slices.IndexFunc(c.items, func(item Item) bool { return item.What == k.Name && item.Region == region })
	if i < 0 {
		i = len(c.items)
		c.items = append(c.items, Item{What: k.Name, Group: k.Group, Region: region, Unit: k.Unit, Price: c.prices.price(k, region)})
	}
	item := &c.items[i]
	item.Quantity += quantity
	if item.Price != nil {
		usd := math.Max(-mostUSD, math.Min(mostUSD, item.Quantity*item.Price.USD))
		item.USD = Cents(math.Round(usd * 100))
	}
}

package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Basis is what an amount is of.
const Basis = "US dollars for a month of 730 hours, on demand, without taxes and free tiers"

// WriteJSON writes the estimates as one JSON object: {"sites": [...]}.
func WriteJSON(w io.Writer, estimates ...*Estimate) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"basis": Basis, "sites": estimates})
}

// WriteText writes one line for each item, the totals, what is not in them, and the
// sources of the prices.
func (e *Estimate) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s\n\n", e.Site, Basis)
	cited := &Citations{}
	if err := writeItems(w, cited, "when nobody visits", e.Fixed, e.Total, e.Undated); err != nil {
		return err
	}
	if len(e.Use) > 0 {
		fmt.Fprintln(w)
		if err := writeItems(w, cited, "by use", e.Use, e.UseTotal, e.UseUndated); err != nil {
			return err
		}
	}
	if len(e.Unread) > 0 {
		fmt.Fprintln(w, "\nnot in the total: not in the templates, or not known")
		for _, line := range e.Unread {
			fmt.Fprintln(w, " ", line)
		}
	}
	fmt.Fprintln(w, "\nnot in the total: what depends on use, of which -visits, -gb and -written count a part")
	for _, line := range e.ByUse {
		fmt.Fprintln(w, " ", line)
	}
	cited.write(w)
	return nil
}

// write writes a line for each source.
func (c *Citations) write(w io.Writer) {
	fmt.Fprintln(w, "\nsources of the prices; a ? marks one without a date")
	for i, source := range c.Sources {
		fmt.Fprintf(w, "[%d] %s  %s  %s\n", i+1, source.date(), source.URL, source.What)
	}
}

// date is the source's date, or a question mark.
func (s Source) date() string {
	if !s.Dated() {
		return "?"
	}
	return s.Date
}

// Citations number sources in the order in which they are first cited.
type Citations struct{ Sources []Source }

// Cite returns a price with its source's number, as "0.045 [3]". One without a date has
// a question mark behind it, and no price is one by itself.
func (c *Citations) Cite(p *Price) string {
	if p == nil {
		return "?"
	}
	i := slices.Index(c.Sources, p.Source)
	if i < 0 {
		i = len(c.Sources)
		c.Sources = append(c.Sources, p.Source)
	}
	text := fmt.Sprintf("%s [%d]", number(p.USD), i+1)
	if !p.Source.Dated() {
		text += " ?"
	}
	return text
}

// Amount is the item's quantity with its unit, as "1460 hours"; of what costs so much a
// month each, it is how many there are.
func (i Item) Amount() string {
	switch unit := i.Unit; unit {
	case "month":
		return number(i.Quantity)
	case "GB", "million":
		return number(i.Quantity) + " " + unit
	case "10,000 requests", "1,000 steps":
		return number(i.Quantity) + " × " + unit
	default:
		if i.Quantity != 1 {
			unit += "s"
		}
		return number(i.Quantity) + " " + unit
	}
}

// number writes at most five digits behind the point, as prices have them, of small
// numbers, and two of those above ten.
func number(n float64) string {
	digits := 5
	if n > 10 {
		digits = 2
	}
	text := strconv.FormatFloat(n, 'f', digits, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func writeItems(w io.Writer, cited *Citations, head string, items []Item, total, undated Cents) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s\tregion\tquantity\tprice\tmonth\n", head)
	for _, item := range items {
		month := item.USD.String()
		if item.Price == nil {
			month = "?"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", item.What, item.Region, item.Amount(), cited.Cite(item.Price), month)
	}
	fmt.Fprintf(table, "total\t\t\t\t%s\n", total)
	if undated != 0 {
		fmt.Fprintf(table, "not in the total: prices without a date, ?\t\t\t\t%s\n", undated)
		fmt.Fprintf(table, "both together\t\t\t\t%s\n", total+undated)
	}
	if missing := WithoutPrice(items); len(missing) > 0 {
		fmt.Fprintf(table, "not in the total: no price known, ?\t\t\t%d of these\t?\n", len(missing))
	}
	return table.Flush()
}

// WithoutPrice returns the items that have none.
func WithoutPrice(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(item Item) bool { return item.Price != nil })
}

// WriteComparison writes two estimates side by side, one line for each item of either in
// each region and, in the last column, how much more the second costs. What has no dated
// price is shown, and is not in the total. The sources of the prices are below.
func WriteComparison(w io.Writer, a, b *Estimate) error {
	fmt.Fprintf(w, "%s\n\n", Basis)
	cited := &Citations{}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "when nobody visits\tregion\tprice\t%s\t%s\tmore\n", a.Site, b.Site)
	compareItems(table, cited, a.Fixed, b.Fixed)
	compareTotals(table, a.Total, b.Total, a.Undated, b.Undated)
	if len(a.Use)+len(b.Use) > 0 {
		fmt.Fprint(table, "\t\t\t\t\t\nby use\t\t\t\t\t\n")
		compareItems(table, cited, a.Use, b.Use)
		compareTotals(table, a.UseTotal, b.UseTotal, a.UseUndated, b.UseUndated)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, e := range []*Estimate{a, b} {
		for _, line := range e.Unread {
			fmt.Fprintf(w, "not in the total of %s: %s\n", e.Site, line)
		}
	}
	cited.write(w)
	return nil
}

// month is what an item costs a month. One without a dated price has a question mark,
// one without a price is one, and one that a site has not is a dash.
func (i *Item) month() string {
	switch {
	case i == nil:
		return "–"
	case i.Price == nil:
		return "?"
	case !i.Price.Source.Dated():
		return i.USD.String() + " ?"
	}
	return i.USD.String()
}

// compareItems writes the items of both by name, and by region, whose prices differ.
func compareItems(w io.Writer, cited *Citations, a, b []Item) {
	type line struct{ what, region string }
	var names []string
	regions := map[string][]string{}
	items := map[line][2]*Item{}
	for site, all := range [][]Item{a, b} {
		for i, item := range all {
			at := line{item.What, item.Region}
			if !slices.Contains(names, item.What) {
				names = append(names, item.What)
			}
			both, ok := items[at]
			if !ok {
				regions[item.What] = append(regions[item.What], item.Region)
			}
			both[site] = &all[i]
			items[at] = both
		}
	}
	for _, what := range names {
		slices.Sort(regions[what])
		for _, region := range regions[what] {
			both := items[line{what, region}]
			price, more := "", Cents(0)
			for site, item := range both {
				if item != nil {
					price = cited.Cite(item.Price)
					more += item.USD * Cents(2*site-1)
				}
			}
			difference := more.String()
			if price == "?" {
				difference = "?"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", what, region, price, both[0].month(), both[1].month(), difference)
		}
	}
}

func compareTotals(w io.Writer, a, b, undatedA, undatedB Cents) {
	fmt.Fprintf(w, "total\t\t\t%s\t%s\t%s\n", a, b, b-a)
	if undatedA != 0 || undatedB != 0 {
		fmt.Fprintf(w, "not in the total: prices without a date, ?\t\t\t%s\t%s\t%s\n", undatedA, undatedB, undatedB-undatedA)
		fmt.Fprintf(w, "both together\t\t\t%s\t%s\t%s\n", a+undatedA, b+undatedB, b+undatedB-a-undatedA)
	}
}

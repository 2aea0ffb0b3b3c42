package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/account/drill"
	"twinsite/account/resolver"
	"twinsite/account/switching"
	"twinsite/internal/cli"
	"twinsite/rehearsal"
	"twinsite/rehearsal/predict"
	"twinsite/rehearsal/report"
	"twinsite/site"
)

// A drillOrder is what the command line asks to drill.
type drillOrder struct {
	asking

	by, read, write string
	yes             bool
	record, out     string
	resolver        string
	visitors        int
	seed            uint64
	trials          int
}

// newDrill returns the command that moves a deployed site to the standby on purpose,
// and home again, and compares what visitors measured with the prediction and the
// targets. docs/operations.md explains it.
func newDrill() *cobra.Command {
	o := &drillOrder{}
	command := &cobra.Command{
		Use:   "drill",
		Short: "Move a deployed site to the standby and home again, and measure what visitors see",
		Long: `Move a deployed site to the standby and home again, and measure what visitors see.

It changes a live site: it puts the failover switch, or starts the practice
experiment, and removes it at the end, also after Ctrl-C. It shows what it will do,
and asks. Visitors read by GET; they write only if you name a path that takes a POST
without harm. Home's requests and writes go to the standby meanwhile.

The prediction is made from the templates that are deployed.`,
		Example: `  twinsite drill                                       # by the failover switch; only reads are measured
  twinsite drill -write /tickets -record drill.json    # writes too, and kept for "twinsite rehearse -drill"
  twinsite drill -by practice -write /tickets          # cuts home's web servers off, for ten minutes at most
  twinsite drill -yes -account 123456789012 -json      # in a pipeline`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.drill(command) },
	}
	o.flags(command)
	flags := command.Flags()
	flags.StringVar(&o.by, "by", bySwitch, "what moves the site: "+bySwitch+" or "+byPractice)
	flags.StringVar(&o.write, "write", "", "path that takes a POST without harm; without it, nobody writes")
	flags.StringVar(&o.read, "read", "/", "path that visitors read, by GET")
	flags.BoolVar(&o.yes, "yes", false, "do not ask")
	flags.StringVar(&o.record, "record", "", "file to keep what was measured in, as JSON")
	flags.StringVar(&o.out, "out", ".", "folder for drill.html; it is made if it is missing")
	flags.StringVar(&o.resolver, "resolver", "", "DNS server to ask everything, where no other may be asked, as 192.0.2.1")
	flags.IntVar(&o.visitors, "visitors", 4, "visitors, a multiple of four: half of them follow DNS")
	flags.Uint64Var(&o.seed, "seed", 1, "of random numbers")
	flags.IntVar(&o.trials, "trials", 10_000, fmt.Sprintf("simulations for the prediction, 1 to %d", mostTrials))
	return command
}

const (
	byPractice = "practice"

	mostVisitors = 40
)

// drill checks, asks, drills and reports.
func (o *drillOrder) drill(command *cobra.Command) error {
	ctx, progress := command.Context(), command.ErrOrStderr()
	if err := o.check(command.InOrStdin()); err != nil {
		return err
	}
	if err := o.checkSite(); err != nil {
		return err
	}
	s, opened, err := o.open(ctx)
	if err != nil {
		return err
	}
	d, err := o.prepare(ctx, s, opened)
	if err != nil {
		return cli.OneLine(err)
	}
	d.Out = progress
	parameters := predict.Parameters(d.Model, d.Parameters)
	prediction, err := predict.Run(ctx, d.Model, predict.Options{Outages: []rehearsal.Outage{d.Outage}, Trials: o.trials, Seed: o.seed, Parameters: &parameters})
	if err != nil {
		return cli.OneLine(err)
	}
	o.plan(progress, s, opened, d, prediction[0])
	if !o.yes && !confirmed(command.InOrStdin(), progress) {
		return errors.New("not confirmed: nothing was changed")
	}
	if err := o.folders(); err != nil {
		return err
	}
	d.Begun = func(undo func() string) func() { return cli.Tidy(ctx, undo) }
	result, err := d.Run(ctx)
	if err != nil {
		return brokenOff(ctx, err)
	}
	r := report.NewDrill(d.Model, d.Parameters, o.seed, report.Targets(s.Targets()), prediction[0], result)
	return o.answer(command.OutOrStdout(), progress, r)
}

// brokenOff is how the command ends when a drill is broken off. What is left is said also
// after Ctrl-C, which alone says nothing more.
func brokenOff(ctx context.Context, err error) error {
	line := cli.OneLine(err)
	switch {
	case errors.Is(err, drill.ErrLeft) && ctx.Err() != nil:
		return errors.New(line.Error())
	case errors.Is(err, drill.ErrUnchanged), ctx.Err() != nil:
		return line
	}
	return cli.Failed{Err: line}
}

// check refuses flags that are wrong before anything is asked.
func (o *drillOrder) check(in io.Reader) error {
	switch {
	case !o.yes && !isTerminal(in):
		return errors.New("a drill changes a live site, and there is no terminal to ask on: give -yes")
	case o.by != bySwitch && o.by != byPractice:
		return fmt.Errorf("-by %s: give %s or %s", o.by, bySwitch, byPractice)
	case o.visitors < 4 || o.visitors > mostVisitors || o.visitors%4 != 0:
		return fmt.Errorf("-visitors %d: give a multiple of four, 4 to %d", o.visitors, mostVisitors)
	case o.trials < 1 || o.trials > mostTrials:
		return fmt.Errorf("-trials %d: give 1 to %d", o.trials, mostTrials)
	}
	for flag, path := range map[string]string{"-read": o.read, "-write": o.write} {
		if path != "" && (path[0] != '/' || strings.ContainsAny(path, " ?#\r\n\t")) || flag == "-read" && path == "" {
			return fmt.Errorf("%s %q: give a path, as /tickets", flag, path)
		}
	}
	if o.resolver != "" {
		if _, err := resolver.At(o.resolver); err != nil {
			return fmt.Errorf("-resolver: %w", err)
		}
	}
	if err := checkFile("-out", o.page()); err != nil || o.record == "" {
		return err
	}
	return checkFile("-record", o.record)
}

// page is the file of the page.
func (o *drillOrder) page() string { return filepath.Join(o.out, "drill.html") }

// folders makes the folders of the page and of the record.
func (o *drillOrder) folders() error {
	if err := prepare("-out", filepath.Dir(o.page())); err != nil || o.record == "" {
		return err
	}
	return prepare("-record", filepath.Dir(o.record))
}

// checkSite refuses a site that has nothing to be drilled with.
func (o *drillOrder) checkSite() error {
	s, err := site.Load(o.site)
	switch {
	case err != nil:
		return err
	case o.by == bySwitch && !s.Failover.Switch && s.Practice:
		return fmt.Errorf("%s: failover.switch is false: the site has no switch; drill it by -by %s", o.site, byPractice)
	case o.by == bySwitch && !s.Failover.Switch:
		return fmt.Errorf("%s: failover.switch and practice are false: nothing can move the site; set one of them to true and deploy, in a quiet hour", o.site)
	case o.by == byPractice && !s.Practice:
		return fmt.Errorf("%s: practice is false: the site has no experiment; set it to true and deploy", o.site)
	}
	_, err = drill.Period(s, o.visitors, o.write != "")
	return err
}

// prepare finds what the drill needs. It only asks.
func (o *drillOrder) prepare(ctx context.Context, s *site.Site, opened *account.Account) (*drill.Drill, error) {
	m, err := drill.Model(ctx, opened, s)
	if err != nil {
		return nil, err
	}
	d := &drill.Drill{Model: m, Site: s.Name, Visitors: o.visitors, Seed: o.seed, Outage: rehearsal.BySwitch}
	var put *switching.Switch
	alarmed := m.Failback != nil || m.ErrorRate != nil && o.by == byPractice
	if o.by == bySwitch || alarmed {
		if put, err = switching.Find(ctx, opened.In, s); err != nil {
			return nil, err
		}
	}
	if put != nil {
		d.Lever = drill.BySwitch(put)
	}
	if alarmed {
		d.Switch = d.Lever
	}
	if o.by == byPractice {
		d.Outage = rehearsal.Hang
		if d.Lever, err = drill.FindPractice(ctx, opened, s); err != nil {
			return nil, err
		}
	}
	if err := drill.CheckWrite(d.Model, o.write); err != nil {
		return nil, fmt.Errorf("-write %s: %w", o.write, err)
	}
	d.Parameters = rehearsal.DefaultParameters()
	if d.Parameters.Period, err = drill.Period(s, o.visitors, o.write != ""); err != nil {
		return nil, err
	}
	from, err := resolver.System()
	if o.resolver != "" {
		from, err = resolver.At(o.resolver)
	}
	if err != nil {
		return nil, err
	}
	if d.World, err = drill.World(ctx, s, from); err != nil {
		return nil, err
	}
	d.World.Read, d.World.Write = o.read, o.write
	d.Observe = drill.Checkers(opened, s, d.World.Clock)
	return d, nil
}

// plan says what the drill will do, and for how long.
func (o *drillOrder) plan(w io.Writer, s *site.Site, opened *account.Account, d *drill.Drill, p rehearsal.Prediction) {
	how := "and do not write: only reads are measured; -write names a path that takes a POST without harm"
	if o.write != "" {
		how = "and write by POST " + o.write
	}
	expected := "cannot be predicted"
	if home := p.Of(rehearsal.HomeKept).Median; !home.Never() {
		moved := p.Of(rehearsal.DNSMoved).Median
		expected = "takes about " + (time.Duration(moved+home) + time.Minute).Round(time.Minute).String()
	}
	fmt.Fprintf(w, `a drill of the site %s (%s), which is live in the account %s:
  puts     %s: %s leads to %s while it is there
  visits   %d visitors from this machine read %s every %s, by %s, %s
  %s, at most %s; the site is at the standby for a minute or more of it
  removes  what it put, also after Ctrl-C. If this machine dies: %s
`, s.Name, s.Domain, opened.ID, d.Lever.What(), s.Domain, s.Standby.Region.Name, o.visitors, o.read, d.Parameters.Period,
		strings.Join(d.World.Types, " and "), how, expected, d.Longest().Round(time.Minute), d.Undo())
}

// confirmed asks whether to go on.
func confirmed(in io.Reader, out io.Writer) bool {
	fmt.Fprint(out, "go on? Only \"yes\" does: ")
	line, _ := bufio.NewReader(in).ReadString('\n')
	return strings.TrimSpace(line) == "yes"
}

// isTerminal reports whether somebody can be asked.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// answer writes the record, the page and the report, in this order, and each of them also
// if another cannot be written: what was measured at a live site cannot be measured again.
func (o *drillOrder) answer(out, progress io.Writer, r *report.Report) error {
	var recorded error
	if o.record != "" {
		recorded = writeFile(o.record, func(w io.Writer) error { return rehearsal.WriteDrill(w, r.Drill) })
	}
	paged := writeFile(o.page(), r.WriteHTML)
	write := r.WriteText
	if o.json {
		write = r.WriteJSON
	}
	written := write(out)
	if paged == nil {
		fmt.Fprintf(progress, "report: %s\n", o.page())
	}
	if o.record != "" && recorded == nil {
		fmt.Fprintf(progress, "recorded: %s; the next prediction uses it: twinsite rehearse -drill %s\n", o.record, o.record)
	}
	err := cli.OneLine(errors.Join(recorded, paged, written))
	if !r.Passed() {
		return cli.Failed{Err: err} // without an error, the report has said why
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"twinsite/internal/cli"
	"twinsite/rehearsal"
	"twinsite/rehearsal/play"
	"twinsite/rehearsal/predict"
	"twinsite/rehearsal/report"
)

// A rehearsalOrder is what the command line asks to rehearse.
type rehearsalOrder struct {
	assembly, site, out string
	outages             []string
	by, drill           string
	speed               float64
	seed                uint64
	trials              int
	predict, play       bool
}

// newRehearse returns the command that plays the failover of a site, writes
// rehearsal.html and rehearsal.json, and judges what it saw by the site's
// targets. docs/rehearsal.md explains it.
func newRehearse() *cobra.Command {
	o := &rehearsalOrder{}
	command := &cobra.Command{
		Use:   "rehearse",
		Short: "Play the failover of a site on this machine, from its templates",
		Example: `  twinsite rehearse                              # a black hole, played twenty times faster
  twinsite rehearse -outage 503,slow -speed 1    # in real time
  twinsite rehearse -by switch                   # the failover switch
  twinsite rehearse -outage all -play=false      # only the prediction
  twinsite rehearse -drill drill.json            # with what a drill of the site has measured`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return o.rehearse(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	assemblyFlag(command, &o.assembly)
	siteFlag(command, &o.site)
	flags.StringVar(&o.out, "out", ".", "folder for rehearsal.html and rehearsal.json; it is made if it is missing")
	flags.StringSliceVar(&o.outages, "outage", []string{string(rehearsal.Dark)}, "outages to play, or all: "+outageNames())
	flags.StringVar(&o.by, "by", byOutage, "what moves the site: "+byOutage+" or "+bySwitch)
	flags.Float64Var(&o.speed, "speed", 20, fmt.Sprintf("how many times faster than real time to play, %d to %d", play.MinSpeed, play.MaxSpeed))
	flags.Uint64Var(&o.seed, "seed", 1, "of random numbers; the same seed predicts the same")
	flags.IntVar(&o.trials, "trials", 10_000, fmt.Sprintf("simulations of each outage, 1 to %d", mostTrials))
	flags.BoolVar(&o.predict, "predict", true, "predict every outage")
	flags.BoolVar(&o.play, "play", true, "play the outages")
	flags.StringVar(&o.drill, "drill", "", "file of a recorded drill, whose measured parameters replace what is assumed")
	command.AddCommand(newChange())
	return command
}

func outageNames() string {
	var names []string
	for _, outage := range slices.Concat(rehearsal.Outages(), rehearsal.PlayedOnly()) {
		names = append(names, string(outage))
	}
	return strings.Join(names, ", ")
}

func (o *rehearsalOrder) rehearse(ctx context.Context, out, progress io.Writer) error {
	outages, err := o.check()
	if err != nil {
		return err
	}
	a, s, err := load(o.assembly, o.site)
	if err != nil {
		return err
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		return cli.OneLine(err)
	}
	if o.by == bySwitch && m.Switch == nil {
		return fmt.Errorf("-by %s: the site has no failover switch", o.by)
	}
	p := rehearsal.DefaultParameters()
	measured, err := o.readDrill(m, &p)
	if err != nil {
		return fmt.Errorf("-drill %s: %w", o.drill, cli.OneLine(err))
	}
	p = predict.Parameters(m, p)
	if err := prepare("-out", o.out); err != nil {
		return err
	}
	var predictions []rehearsal.Prediction
	if o.predict {
		options := predict.Options{Trials: o.trials, Seed: o.seed, Parameters: &p}
		if predictions, err = predict.Run(ctx, m, options); err != nil {
			return cli.OneLine(err)
		}
	}
	var plays []*rehearsal.Play
	for _, outage := range outages {
		playing := play.Parameters(m, outage, p)
		played, err := play.Run(ctx, m, play.Options{Outage: outage, Speed: o.speed, Seed: o.seed, Progress: progress, Parameters: &playing})
		if err != nil {
			return cli.OneLine(err)
		}
		plays = append(plays, played)
	}
	result := report.New(m, p, o.seed, report.Targets(s.Targets()), predictions, plays)
	result.Measured = measured
	return o.write(result, out)
}

// readDrill puts what a recorded drill of the site has measured into the parameters, and
// returns what that replaces.
func (o *rehearsalOrder) readDrill(m *rehearsal.Model, p *rehearsal.Parameters) ([]string, error) {
	if o.drill == "" {
		return nil, nil
	}
	file, err := os.Open(o.drill)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	drill, err := rehearsal.ReadDrill(file)
	if err != nil {
		return nil, err
	}
	if m.Zone != "" && drill.Zone != m.Zone {
		return nil, fmt.Errorf("it is a drill of %s, not of %s", drill.Zone, m.Zone)
	}
	return drill.Predict(p), nil
}

// mostTrials bounds -trials: a million take minutes and some hundred megabytes.
const mostTrials = 1_000_000

// What may move the site.
const (
	byOutage = "outage"
	bySwitch = "switch"
)

// check refuses flags that are wrong, also those that the others leave unused,
// and returns the outages to play.
func (o *rehearsalOrder) check() ([]rehearsal.Outage, error) {
	outages, err := parseOutages(o.outages)
	switch {
	case err != nil:
		return nil, err
	case o.by != byOutage && o.by != bySwitch:
		return nil, fmt.Errorf("-by %s: give %s or %s", o.by, byOutage, bySwitch)
	case !(o.speed >= play.MinSpeed && o.speed <= play.MaxSpeed): // so that NaN is refused
		return nil, fmt.Errorf("-speed %g: give %d to %d", o.speed, play.MinSpeed, play.MaxSpeed)
	case o.trials < 1 || o.trials > mostTrials:
		return nil, fmt.Errorf("-trials %d: give 1 to %d", o.trials, mostTrials)
	case !o.predict && !o.play:
		return nil, errors.New("-predict=false and -play=false leave nothing to rehearse: leave one of them out")
	case !o.play:
		return nil, nil
	case o.by == bySwitch:
		return []rehearsal.Outage{rehearsal.BySwitch}, nil
	}
	return outages, nil
}

func parseOutages(names []string) ([]rehearsal.Outage, error) {
	if slices.Equal(names, []string{"all"}) {
		return slices.Concat(rehearsal.Outages(), rehearsal.PlayedOnly()), nil
	}
	var outages []rehearsal.Outage
	for _, name := range names {
		outage, err := rehearsal.ParseOutage(name)
		if err != nil {
			return nil, err
		}
		outages = append(outages, outage)
	}
	if len(outages) == 0 {
		return nil, errors.New("-outage is empty: give all, or some of " + outageNames())
	}
	return outages, nil
}

// write writes the report three times: the files first, as the output may have no reader
// any more.
func (o *rehearsalOrder) write(result *report.Report, out io.Writer) error {
	for name, write := range map[string]func(io.Writer) error{"rehearsal.html": result.WriteHTML, "rehearsal.json": result.WriteJSON} {
		if err := writeFile(filepath.Join(o.out, name), write); err != nil {
			return err
		}
	}
	if err := result.WriteText(out); err != nil {
		return err
	}
	fmt.Fprintf(out, "report: %s\n", filepath.Join(o.out, "rehearsal.html"))
	if !result.Passed() {
		return cli.Failed{} // the report has said why
	}
	return nil
}

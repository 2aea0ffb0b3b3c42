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

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/play"
	"twinsite/rehearsal/predict"
	"twinsite/rehearsal/report"
	"twinsite/site"
)

// errMissed ends a rehearsal that failed; the report has said why.
var errMissed = errors.New("the rehearsal failed")

// An order is what the command line asks for.
type order struct {
	assembly, site, out string
	outages             []string
	by                  string
	speed               float64
	seed                uint64
	trials              int
	predict, play       bool
}

func newCommand() *cobra.Command {
	o := &order{}
	command := &cobra.Command{
		Use:   "rehearse",
		Short: "Play the failover of a site on this machine, from its templates",
		Example: `  rehearse                              # a black hole, played twenty times faster
  rehearse -outage 503,slow -speed 1    # in real time
  rehearse -by switch                   # the failover switch
  rehearse -outage all -play=false      # only the prediction`,
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			return o.rehearse(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.assembly, "assembly", "cdk.out", "cloud assembly, as \"make synth\" writes it")
	flags.StringVar(&o.site, "site", "site.yaml", "site that the assembly was synthesized from; its targets count")
	flags.StringVar(&o.out, "out", ".", "folder for rehearsal.html and rehearsal.json")
	flags.StringSliceVar(&o.outages, "outage", []string{string(rehearsal.Dark)}, "outages to play, or all: "+names())
	flags.StringVar(&o.by, "by", "outage", "what moves the site: outage or switch")
	flags.Float64Var(&o.speed, "speed", 20, "how many times faster than real time to play, 1 to 50")
	flags.Uint64Var(&o.seed, "seed", 1, "of random numbers; the same seed predicts the same")
	flags.IntVar(&o.trials, "trials", 10_000, "simulations of each outage")
	flags.BoolVar(&o.predict, "predict", true, "predict every outage")
	flags.BoolVar(&o.play, "play", true, "play the outages")
	return command
}

func names() string {
	var names []string
	for _, outage := range rehearsal.Outages() {
		names = append(names, string(outage))
	}
	return strings.Join(names, ", ")
}

func (o *order) rehearse(ctx context.Context, out, progress io.Writer) error {
	outages, err := o.toPlay()
	if err != nil {
		return err
	}
	m, s, err := o.load()
	if err != nil {
		return err
	}
	p := rehearsal.DefaultParameters()
	var predictions []rehearsal.Prediction
	if o.predict {
		options := predict.Options{Trials: o.trials, Seed: o.seed, Parameters: &p}
		if predictions, err = predict.Run(ctx, m, options); err != nil {
			return err
		}
	}
	var plays []*rehearsal.Play
	for _, outage := range outages {
		played, err := play.Run(ctx, m, play.Options{Outage: outage, Speed: o.speed, Seed: o.seed, Progress: progress})
		if err != nil {
			return err
		}
		plays = append(plays, played)
	}
	return o.write(report.New(m, p, o.seed, report.Targets(s.Targets()), predictions, plays), out)
}

// toPlay are the outages that the flags name.
func (o *order) toPlay() ([]rehearsal.Outage, error) {
	switch {
	case o.by != "outage" && o.by != "switch":
		return nil, fmt.Errorf("-by %s: give outage or switch", o.by)
	case !o.play:
		return nil, nil
	case o.by == "switch":
		return []rehearsal.Outage{rehearsal.BySwitch}, nil
	case slices.Equal(o.outages, []string{"all"}):
		return rehearsal.Outages(), nil
	}
	var outages []rehearsal.Outage
	for _, name := range o.outages {
		outage, err := rehearsal.ParseOutage(name)
		if err != nil {
			return nil, err
		}
		outages = append(outages, outage)
	}
	return outages, nil
}

// load reads the assembly, and the site that it must be of.
func (o *order) load() (*rehearsal.Model, *site.Site, error) {
	synthesize := fmt.Sprintf("synthesize it with: make synth SITE=%s", o.site)
	s, err := site.Load(o.site)
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(filepath.Join(o.assembly, "manifest.json")); err != nil {
		return nil, nil, fmt.Errorf("%s holds no cloud assembly; %s", o.assembly, synthesize)
	}
	a, err := assembly.Load(o.assembly)
	if err != nil {
		return nil, nil, err
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		return nil, nil, err
	}
	if hosts := s.HostNames(); !sameNames(hosts, m.Hosts()) || !strings.HasPrefix(a.Stacks()[0].Name, s.Name+"-") {
		return nil, nil, fmt.Errorf("%s is of the site %s with %v, not of %s, which is %s with %v; %s",
			o.assembly, a.Stacks()[0].Name, m.Hosts(), o.site, s.Name, hosts, synthesize)
	}
	return m, s, nil
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// write writes the report three times.
func (o *order) write(result *report.Report, out io.Writer) error {
	if err := result.WriteText(out); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{"rehearsal.html": result.WriteHTML, "rehearsal.json": result.WriteJSON} {
		if err := writeFile(filepath.Join(o.out, name), write); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "report: %s\n", filepath.Join(o.out, "rehearsal.html"))
	if !result.Passed() {
		return errMissed
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

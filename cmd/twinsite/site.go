package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"twinsite/assembly"
	"twinsite/internal/cli"
	"twinsite/site"
	"twinsite/topology"
)

// load reads a site's file, and the assembly that must have been synthesized
// from it.
func load(directory, file string) (*assembly.Assembly, *site.Site, error) {
	synthesize := fmt.Sprintf("synthesize it with: make synth SITE=%s", file)
	s, err := site.Load(file)
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(filepath.Join(directory, "manifest.json")); err != nil {
		return nil, nil, fmt.Errorf("%s holds no cloud assembly; %s", directory, synthesize)
	}
	a, err := assembly.Load(directory)
	if err != nil {
		return nil, nil, cli.OneLine(err)
	}
	if err := belongs(a, s); err != nil {
		return nil, nil, fmt.Errorf("%s is not of %s: %w; %s", directory, file, cli.OneLine(err), synthesize)
	}
	return a, s, nil
}

// belongs says by its error why an assembly cannot be of a site: name, regions,
// domain and host names have to agree.
func belongs(a *assembly.Assembly, s *site.Site) error {
	for _, want := range []struct{ id, region string }{
		{site.PrimaryStack, s.Home.Region.Name},
		{site.SecondaryStack, s.Standby.Region.Name},
		{site.FailoverStack, site.GlobalRegion},
	} {
		stack, err := a.Stack(want.id)
		if err != nil {
			return err
		}
		if got, want := stack.Name+" in "+stack.Region, s.StackName(want.id)+" in "+want.region; got != want {
			return fmt.Errorf("it has the stack %s, not %s", got, want)
		}
	}
	zone, err := topology.SiteZone(a)
	if err != nil {
		return err
	}
	if zone.Name != "" && zone.Name != s.Domain { // of an imported zone, templates know only the id
		return fmt.Errorf("its domain is %s, not %s", zone.Name, s.Domain)
	}
	pairs, err := topology.VisitorPairs(a)
	if err != nil {
		return err
	}
	var names []string
	for _, pair := range pairs {
		names = append(names, pair.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	want := slices.Sorted(slices.Values(s.HostNames()))
	if len(names) > 0 && !slices.Equal(names, want) { // without any, the site is broken, and not another
		return fmt.Errorf("its host names are %v, not %v", names, want)
	}
	return nil
}

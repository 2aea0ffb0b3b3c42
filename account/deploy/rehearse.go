package deploy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"twinsite/account"
	"twinsite/assembly"
	"twinsite/rehearsal/change"
)

// ErrCosts is the error of a deployment that would cost visitors something, and was
// not begun: the verdict has been printed.
var ErrCosts = errors.New("not deployed")

func (c cloud) Template(ctx context.Context, stack Stack) (string, error) {
	answer, err := c.formation(stack.Region).GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &stack.Name})
	if err != nil {
		return "", account.Refused("cloudformation:GetTemplate in "+stack.Region, err)
	}
	return aws.ToString(answer.TemplateBody), nil
}

// rehearse plays the deployment of the stacks of these ids, or of all, over what stands,
// prints what it costs, and returns the runs of "cdk deploy" in the order that costs
// least: of two deployments of all, if nobody notices those. The context is what the CDK
// gets besides. It is [ErrCosts] if that costs visitors something, unless they accept it.
func (d *Deployment) rehearse(ctx context.Context, ids, missing, extra []string) (runs []run, release func() error, err error) {
	dir, err := os.MkdirTemp("", "twinsite-deploy-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	next, err := d.next(ctx, dir, extra)
	if err != nil {
		return nil, nil, err
	}
	deployed, err := d.deployed(ctx, next, missing, filepath.Join(dir, "from"))
	if err != nil {
		return nil, nil, err
	}
	verdict, err := change.Judge(deployed, next, ids...)
	if err != nil {
		return nil, nil, err
	}
	if err := verdict.WriteText(d.Out); err != nil {
		return nil, nil, err
	}
	release = func() error { return nil }
	switch {
	case (verdict.Good() || d.Accept) && len(ids) > 0:
		return d.runs(order(ids)), release, nil
	case verdict.Good() || d.Accept:
		return d.runs(verdictRuns(verdict)), release, nil
	case len(ids) > 0 || d.Changed == nil || d.Assembly != "":
		return nil, nil, errCosts
	}
	return d.detour(ctx, verdict, deployed, next, filepath.Join(dir, "between"), extra)
}

var errCosts = fmt.Errorf("%w: to deploy it nevertheless, say ACCEPT=1", ErrCosts)

// next is the assembly of the site to deploy.
func (d *Deployment) next(ctx context.Context, dir string, extra []string) (*assembly.Assembly, error) {
	to := d.Assembly
	if to == "" {
		to = filepath.Join(dir, "to")
		if err := synthesize(ctx, d.CDK, to, extra); err != nil {
			return nil, err
		}
	}
	return assembly.Load(to)
}

func synthesize(ctx context.Context, cdk func(context.Context, ...string) error, to string, extra []string) error {
	if err := cdk(ctx, slices.Concat([]string{"synth", "--quiet", "--output", to}, extra)...); err != nil {
		return fmt.Errorf("the site cannot be synthesized: %w", err)
	}
	return nil
}

// detour returns the runs of two deployments of which nobody notices anything, where
// a verdict of one is a bad one. It is [ErrCosts] if there are none.
func (d *Deployment) detour(ctx context.Context, v *change.Verdict, deployed, next *assembly.Assembly, dir string, extra []string) (runs []run, release func() error, err error) {
	var cdk func(context.Context, ...string) error
	detour, err := v.Detour(deployed, next, func(fields map[string]string) (*assembly.Assembly, error) {
		var err error
		if cdk, release, err = d.Changed(fields); err != nil {
			release = nil
			return nil, err
		}
		if err := synthesize(ctx, cdk, dir, extra); err != nil {
			return nil, err
		}
		return assembly.Load(dir)
	})
	switch {
	case err != nil:
		err = fmt.Errorf("%w; two deployments are no way: %s", errCosts, account.OneLine(err))
	case detour == nil:
		err = errCosts
	default:
		err = detour.WriteText(d.Out)
	}
	if err != nil {
		if release != nil {
			err = errors.Join(err, release())
		}
		return nil, nil, err
	}
	for _, args := range verdictRuns(detour.First) {
		runs = append(runs, run{cdk: cdk, args: args})
	}
	return append(runs, d.runs(verdictRuns(detour.Second))...), release, nil
}

// verdictRuns are the runs of "cdk deploy" that take the stacks in a verdict's order.
func verdictRuns(v *change.Verdict) [][]string {
	forced := slices.ContainsFunc(v.Plans, func(p *change.StackPlan) bool { return p.Forced })
	if v.Usual && !forced {
		return order(nil)
	}
	var runs [][]string
	for _, p := range v.Plans {
		run := []string{"--exclusively", p.ID}
		if p.Forced {
			run = append(run, "--force")
		}
		runs = append(runs, run)
	}
	return runs
}

// deployed reads the templates of the stacks that stand, and makes an assembly of them in
// a folder: in the regions of the next assembly, and those that they read from elsewhere,
// as the home region's before the site has moved.
func (d *Deployment) deployed(ctx context.Context, next *assembly.Assembly, missing []string, dir string) (*assembly.Assembly, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	var stacks []Stack
	of := ""
	for _, s := range next.Stacks() {
		if slices.Contains(missing, s.ID) {
			continue
		}
		if !slices.Contains(d.Site.StackIDs(), s.ID) { // of an extension: nobody has asked yet whether it stands
			if stack, err := d.Cloud.Stack(ctx, s.Region, s.Name); err != nil {
				return nil, err
			} else if !stack.Holds() {
				continue
			}
		}
		stacks, of = append(stacks, Stack{ID: s.ID, Name: s.Name, Region: s.Region}), s.Account
	}
	all, err := read(ctx, d.Cloud, stacks)
	for i := 0; i < len(all) && err == nil; i++ {
		for _, other := range readFrom(all[i]) {
			if err == nil && !slices.ContainsFunc(all, func(s templated) bool { return s.Name == other.Name && s.Region == other.Region }) {
				all, err = d.elsewhere(ctx, other, all)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return write(all, of, dir)
}

// elsewhere adds a stack that another reads from, if it stands.
func (d *Deployment) elsewhere(ctx context.Context, other Stack, all []templated) ([]templated, error) {
	stack, err := d.Cloud.Stack(ctx, other.Region, other.Name)
	if err != nil || !stack.Holds() {
		return all, err
	}
	other.ID = strings.TrimPrefix(other.Name, d.Site.StackName(""))
	if slices.ContainsFunc(all, func(s templated) bool { return s.ID == other.ID }) { // it stands in both regions
		other.ID += "-" + other.Region
	}
	more, err := read(ctx, d.Cloud, []Stack{other})
	return append(all, more...), err
}

// A templated stack is one with the template with which it was deployed.
type templated struct {
	Stack

	template string
}

func read(ctx context.Context, cloud Cloud, stacks []Stack) ([]templated, error) {
	var all []templated
	for _, s := range stacks {
		template, err := cloud.Template(ctx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, templated{s, template})
	}
	return all, nil
}

// readFrom are the stacks, by name and region, whose outputs a stack reads. A template that
// is none reads from none.
func readFrom(s templated) []Stack {
	var found []Stack
	var walk func(node any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, item := range node {
				walk(item)
			}
		case map[string]any:
			if args, ok := node["Fn::GetStackOutput"].(map[string]any); ok {
				name, _ := args["StackName"].(string)
				region, _ := args["Region"].(string)
				if name != "" {
					found = append(found, Stack{Name: name, Region: cmp.Or(region, s.Region)})
				}
			}
			for _, key := range slices.Sorted(maps.Keys(node)) {
				walk(node[key])
			}
		}
	}
	var template any
	if json.Unmarshal([]byte(s.template), &template) == nil {
		walk(template)
	}
	return found
}

// Deployed makes an assembly, in an empty folder, of the templates with which stacks of an
// account were deployed. It only reads.
func Deployed(ctx context.Context, cloud Cloud, stacks []Stack, number, dir string) (*assembly.Assembly, error) {
	all, err := read(ctx, cloud, stacks)
	if err != nil {
		return nil, err
	}
	return write(all, number, dir)
}

// write makes an assembly of stacks of an account, in an empty folder.
func write(all []templated, number, dir string) (*assembly.Assembly, error) {
	artifacts := map[string]any{}
	for _, s := range all {
		file := s.ID + ".template.json"
		if err := os.WriteFile(filepath.Join(dir, file), []byte(s.template), 0o600); err != nil {
			return nil, err
		}
		artifacts[s.ID] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://" + number + "/" + s.Region,
			"properties": map[string]any{"templateFile": file, "stackName": s.Name},
		}
	}
	manifest, err := json.Marshal(map[string]any{"artifacts": artifacts})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), manifest, 0o600); err != nil {
		return nil, err
	}
	a, err := assembly.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("what is deployed cannot be read: %w", err)
	}
	return a, nil
}

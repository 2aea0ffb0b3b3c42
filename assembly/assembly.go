// Package assembly reads a synthesized cloud assembly (the directory cdk.out) and follows references through it, from
// property to resource and from stack to stack, the way CloudFormation will at deployment:
//
//	a, err := assembly.Load("cdk.out")
//	records, err := a.Records("ticketing.pw", "A")
//	distribution := records[0].Alias
//	host, err := distribution.Text("DistributionConfig.Origins.0.DomainName")
//	balancer, err := a.Lookup(host)
//	listeners := a.Referrers(balancer, "AWS::ElasticLoadBalancingV2::Listener")
//	group, err := listeners[0].Target("DefaultActions.0.TargetGroupArn")
//
// # Paths
//
// A property is named by a dotted path below the resource's Properties: "DistributionConfig.Origins.0.DomainName".
// List indices count from 0, after the elements that are AWS::NoValue are gone. The empty path is all properties. A dot
// inside a key is written `\.`. A path that begins with a dot starts at the resource itself, beside its Properties:
// ".UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize".
//
// # Placeholders
//
// What only exists at deployment is written as a placeholder and remembers which resources it leads to:
//
//	${Primary.Balancer}                                Ref of the resource Balancer of the stack Primary
//	${Primary.Balancer.DNSName}                        Fn::GetAtt
//	${Primary.Vpc.Ipv6CidrBlocks[0]}                   an element of an attribute that is a list
//	${Fn::Cidr(Primary.Vpc.Ipv6CidrBlocks[0], 4, 64)[3]}
//	${Fn::Split("/", Primary.Listener)[1]}
//	${Fn::Join("||", Domain.Zone.NameServers)}
//	${resolve:ssm:/aws/service/...}                    a parameter of a type AWS::SSM::Parameter::Value<...>
//	${AWS::AccountId}, ${Primary.AWS::StackId}         pseudo parameters that are not known
//
// AWS::Region and AWS::StackName are the stack's own, AWS::Partition is "aws" and AWS::URLSuffix "amazonaws.com".
// Literal text may look like a placeholder (a shell variable in user data does) and still leads nowhere.
//
// # What is not supported
//
// Conditions, Fn::If, exports with Fn::ImportValue, Fn::GetAZs, Fn::Transform and language extensions: no site of
// Twinsite's has any, but the resources that its user adds may. Such a template is loaded as any other. A value that such
// a function gives is an error that says "not supported" when it is asked for; in a list it counts as one element. A
// resource or output that has a condition counts as created.
//
// # Errors
//
// An error about a reference begins with the stack, the resource and the path of the property it stands in, then the
// intrinsic function: `Primary.Edge.DistributionConfig.Origins.0.DomainName: Fn::GetStackOutput: …`. [Assembly.Check]
// returns those of the whole assembly.
//
// An Assembly that is not being edited may be read by several goroutines.
package assembly

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An Assembly is the stacks that one synthesis wrote.
type Assembly struct {
	stacks []*Stack // in deployment order
	edits  int      // how many there were: what was found before the last may be wrong
}

const remedy = "run make synth"

// Load reads the cloud assembly in the directory dir: manifest.json and the template of each stack. It looks at no other
// file. Errors name the file and what to do about it. An assembly with stages (assemblies inside it), with a template
// that macros rewrite at deployment, or with stacks that depend on each other in a circle is an error. So is one that is
// larger than CloudFormation takes, and a file that is a device, a pipe or a folder; a link to a file is none.
//
// The manifest's form is that of
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema-readme.html.
func Load(dir string) (*Assembly, error) {
	a, err := load(os.DirFS(dir))
	var file *fileError
	if errors.As(err, &file) {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Join(dir, file.name), file.err, remedy)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	return a, nil
}

const manifestFile = "manifest.json"

// A manifest is the part of manifest.json that is read here.
type manifest struct {
	Artifacts map[string]*artifact
}

type artifact struct {
	Type         string
	Environment  string // aws://ACCOUNT/REGION
	DisplayName  string
	Dependencies []string
	Properties   struct {
		TemplateFile  string // of a stack
		StackName     string // of a stack; the default is the artifact's id
		DirectoryName string // of a nested assembly
	}
}

func load(fsys fs.FS) (*Assembly, error) {
	var m manifest
	if err := readJSON(fsys, manifestFile, longestManifest, &m); err != nil {
		return nil, err
	}
	stacks := map[string]*Stack{}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		art := m.Artifacts[id]
		if art == nil {
			return nil, &fileError{manifestFile, fmt.Errorf("artifact %q is null", id)}
		}
		switch art.Type {
		case "cdk:cloud-assembly":
			return nil, fmt.Errorf("%q is a nested assembly (a stage), which is not read: load its directory %q by itself", id, art.Properties.DirectoryName)
		case "aws:cloudformation:stack":
			if len(stacks) == mostStacks {
				return nil, &fileError{manifestFile, fmt.Errorf("there are more than %d stacks in it", mostStacks)}
			}
			s, err := loadStack(fsys, id, art)
			if err != nil {
				return nil, err
			}
			stacks[id] = s
		}
	}
	if len(stacks) == 0 {
		return nil, &fileError{manifestFile, errors.New("there is no stack in it")}
	}
	if err := linkDependencies(stacks, m.Artifacts); err != nil {
		return nil, err
	}
	order, err := deploymentOrder(stacks)
	if err != nil {
		return nil, err
	}
	a := &Assembly{stacks: order}
	for _, s := range order {
		s.assembly = a
	}
	return a, nil
}

// linkDependencies fills in which stacks each stack depends on. Artifacts of other types, such as assets, are passed over.
func linkDependencies(stacks map[string]*Stack, artifacts map[string]*artifact) error {
	for _, s := range stacks {
		for _, id := range artifacts[s.ID].Dependencies {
			if artifacts[id] == nil {
				return &fileError{manifestFile, fmt.Errorf("stack %q depends on %q, which is not there", s.ID, id)}
			}
			if stacks[id] != nil && !slices.Contains(s.Dependencies, id) {
				s.Dependencies = append(s.Dependencies, id)
			}
		}
		slices.Sort(s.Dependencies)
	}
	return nil
}

// deploymentOrder sorts the stacks so that each comes after those it depends on, and by id where that leaves a choice.
// It fills in the transitive dependencies on the way.
func deploymentOrder(stacks map[string]*Stack) ([]*Stack, error) {
	waiting := slices.Sorted(maps.Keys(stacks))
	var order []*Stack
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(id string) bool {
			return !slices.ContainsFunc(stacks[id].Dependencies, func(d string) bool { return slices.Contains(waiting, d) })
		})
		if i < 0 {
			return nil, fmt.Errorf("these stacks depend on each other in a circle: %s", strings.Join(waiting, ", "))
		}
		s := stacks[waiting[i]]
		s.before = map[string]bool{}
		for _, d := range s.Dependencies {
			s.before[d] = true
			maps.Copy(s.before, stacks[d].before)
		}
		order = append(order, s)
		waiting = slices.Delete(waiting, i, i+1)
	}
	return order, nil
}

// Stacks returns the stacks in the order of their deployment: each after those it depends on, by id where that leaves a
// choice.
func (a *Assembly) Stacks() []*Stack { return slices.Clone(a.stacks) }

// Stack returns the stack with the id, which is the artifact's id in the manifest and, outside of stages, the
// construct's path in the application.
func (a *Assembly) Stack(id string) (*Stack, error) {
	var ids []string
	for _, s := range a.stacks {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return nil, fmt.Errorf("no stack %q: there are %s", id, strings.Join(ids, ", "))
}

// Resources returns the resources of these types, or all if none is given, stack by stack in deployment order and
// sorted by logical id within each.
func (a *Assembly) Resources(types ...string) []*Resource {
	var all []*Resource
	for _, s := range a.stacks {
		all = append(all, s.Resources(types...)...)
	}
	return all
}

// Find returns a resource by the id of its stack and its logical id.
func (a *Assembly) Find(stackID, logicalID string) (*Resource, error) {
	s, err := a.Stack(stackID)
	if err != nil {
		return nil, err
	}
	return s.Resource(logicalID)
}

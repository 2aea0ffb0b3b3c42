package docs

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	sdkServices = "github.com/aws/aws-sdk-go-v2/service/"
	module      = "twinsite/"
)

// A code is what may ask an account: functions and package variables, what each
// refers to, and which permissions the calls in it need.
type code struct {
	t        *testing.T
	packages []*packages.Package
	refers   map[types.Object]map[types.Object]bool
	needs    map[types.Object]map[string]bool
	commands map[string]types.Object // the function that makes the command, by its name
	sources  map[string]string       // by file
	left     string                  // how a piece of source begins that is left out; "": none
}

// loadCode reads the rooms of account and the commands.
func loadCode(t *testing.T) *code {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedTypesSizes,
	}, "./account/...", "./cmd/twinsite")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		for _, err := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, err)
		}
	}
	return (&code{t: t, packages: loaded, sources: map[string]string{}}).read()
}

// without is the same code without the pieces of source that begin so.
func (c *code) without(piece string) *code {
	return (&code{t: c.t, packages: c.packages, sources: c.sources, left: piece}).read()
}

func (c *code) read() *code {
	c.refers, c.needs, c.commands = map[types.Object]map[types.Object]bool{}, map[types.Object]map[string]bool{}, map[string]types.Object{}
	for _, p := range c.packages {
		for _, file := range p.Syntax {
			c.readFile(p, file)
		}
	}
	return c
}

// isLeft says whether a piece of source is left out.
func (c *code) isLeft(p *packages.Package, node ast.Node) bool {
	if c.left == "" || node == nil {
		return false
	}
	position := p.Fset.Position(node.Pos())
	source, known := c.sources[position.Filename]
	if !known {
		source = read(c.t, position.Filename)
		c.sources[position.Filename] = source
	}
	return strings.HasPrefix(source[position.Offset:], c.left)
}

func (c *code) readFile(p *packages.Package, file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			c.readNode(p, p.TypesInfo.Defs[d.Name], d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if values, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range values.Names {
						c.readNode(p, p.TypesInfo.Defs[name], values)
					}
				}
			}
		}
	}
}

// readNode reads what a function or variable refers to.
func (c *code) readNode(p *packages.Package, of types.Object, node ast.Node) {
	if c.refers[of] == nil {
		c.refers[of], c.needs[of] = map[types.Object]bool{}, map[string]bool{}
	}
	ast.Inspect(node, func(node ast.Node) bool {
		if c.isLeft(p, node) {
			return false
		}
		switch n := node.(type) {
		case *ast.Ident:
			if used := p.TypesInfo.Uses[n]; used != nil && used.Pkg() != nil && strings.HasPrefix(used.Pkg().Path(), module) {
				c.refers[of][key(used)] = true
			}
		case *ast.CompositeLit:
			for _, need := range inputOf(p.TypesInfo.TypeOf(n)) {
				c.needs[of][need] = true
			}
		case *ast.CallExpr:
			for _, need := range c.commandLine(n) {
				c.needs[of][need] = true
			}
		case *ast.KeyValueExpr:
			if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Use" && strings.HasPrefix(of.Name(), "new") {
				if use, ok := literal(n.Value); ok {
					c.commands[strings.Fields(use)[0]] = of
				}
			}
		}
		return true
	})
}

// key is a generic function itself, whatever it was instantiated with.
func key(used types.Object) types.Object {
	if f, ok := used.(*types.Func); ok {
		return f.Origin()
	}
	return used
}

// rights are the permissions of each command that needs any, sorted.
func (c *code) rights() map[string][]string {
	rights := map[string][]string{}
	for name, makes := range c.commands {
		if strings.HasPrefix(makes.Name(), "newCommand") {
			continue // it refers to all others
		}
		needs, seen := map[string]bool{}, map[types.Object]bool{}
		c.follow(makes, needs, seen)
		if len(needs) > 0 {
			rights[name] = slices.Sorted(maps.Keys(needs))
		}
	}
	return rights
}

func (c *code) follow(from types.Object, needs map[string]bool, seen map[types.Object]bool) {
	if seen[from] {
		return
	}
	seen[from] = true
	maps.Copy(needs, c.needs[from])
	for to := range c.refers[from] {
		c.follow(to, needs, seen)
		for _, method := range c.implementations(to) {
			c.follow(method, needs, seen)
		}
	}
}

// implementations are the methods that may run where an interface's is called: those
// of its name and form, as a type may have them from another that it embeds.
func (c *code) implementations(called types.Object) (methods []types.Object) {
	method, ok := called.(*types.Func)
	if !ok || method.Signature().Recv() == nil || !types.IsInterface(method.Signature().Recv().Type()) {
		return nil
	}
	for candidate := range c.refers {
		if f, ok := candidate.(*types.Func); ok && f.Name() == method.Name() && f.Signature().Recv() != nil && types.Identical(f.Signature(), method.Signature()) {
			methods = append(methods, f)
		}
	}
	return methods
}

// inputOf are the permissions that a call with an input of this type needs: none for
// other types, and for calls that need none.
func inputOf(of types.Type) []string {
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, ok := of.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return nil
	}
	service, found := strings.CutPrefix(named.Obj().Pkg().Path(), sdkServices)
	operation, isInput := strings.CutSuffix(named.Obj().Name(), "Input")
	if !found || !isInput || strings.Contains(service, "/") { // its "types" have inputs of another kind
		return nil
	}
	return needsOf(service, operation)
}

// needsOf are the permissions that an operation needs. S3 says only to those who may list
// a bucket that an object is missing, and refuses others.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func needsOf(service, operation string) []string {
	action := iamAction(service, operation)
	switch {
	case action == "":
		return nil
	case service == "s3" && operation == "HeadObject":
		return []string{action, "s3:ListBucket"}
	}
	return []string{action}
}

// iamAction is IAM's name of an operation. Most are the same.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func iamAction(service, operation string) string {
	prefix, differs := map[string]string{
		"applicationautoscaling": "application-autoscaling", "cloudwatchlogs": "logs", "costexplorer": "ce", "elasticloadbalancingv2": "elasticloadbalancing",
		"elasticloadbalancing": "elasticloadbalancing", "eventbridge": "events", "resourcegroupstaggingapi": "tag", "route53": "route53", "sesv2": "ses", "sfn": "states",
	}[service]
	if !differs {
		prefix = service
	}
	action := prefix + ":" + operation
	if other, differs := map[string]string{
		"s3:CompleteMultipartUpload": "s3:PutObject", "s3:CopyObject": "s3:PutObject", "s3:CreateMultipartUpload": "s3:PutObject", "s3:DeleteObjects": "s3:DeleteObject",
		"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject", "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:ListObjects": "s3:ListBucket",
		"s3:ListObjectsV2": "s3:ListBucket", "s3:ListObjectVersions": "s3:ListBucketVersions", "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
		"s3:PutBucketReplication": "s3:PutReplicationConfiguration", "s3:UploadPart": "s3:PutObject",
		"sts:GetCallerIdentity": "", // everybody may
	}[action]; differs {
		return other
	}
	return action
}

// commandLine are the permissions of a call that runs the CDK. Nothing else is run that asks
// AWS.
func (c *code) commandLine(call *ast.CallExpr) (needs []string) {
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || function.Sel.Name != "CommandContext" {
		return nil
	}
	for _, argument := range call.Args {
		switch word, _ := literal(argument); word {
		case "npx":
			return []string{"sts:AssumeRole"} // the roles that "cdk bootstrap" made
		case "aws":
			c.t.Errorf("%s runs the AWS CLI: call AWS instead, so that the table has its permission", function.Sel.Name)
		}
	}
	return nil
}

// literal is the text of a string literal.
func literal(node ast.Node) (string, bool) {
	basic, ok := node.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}

// TestIAMAction holds the names that differ, and that the path of a package's types
// is not taken for a service.
func TestIAMAction(t *testing.T) {
	for input, want := range map[string]string{
		"s3/HeadObject": "s3:GetObject", "s3/ListBuckets": "s3:ListAllMyBuckets", "elasticloadbalancingv2/DescribeTargetHealth": "elasticloadbalancing:DescribeTargetHealth",
		"sts/GetCallerIdentity": "", "newservice/GetThing": "newservice:GetThing", "sfn/StartExecution": "states:StartExecution",
	} {
		if got := iamAction(path.Dir(input), path.Base(input)); got != want {
			t.Errorf("%s: got %q, want %q", input, got, want)
		}
	}
	if got := needsOf("s3", "HeadObject"); !slices.Equal(got, []string{"s3:GetObject", "s3:ListBucket"}) {
		t.Errorf("a missing object: got %q", got)
	}
	if got := slices.Concat(needsOf("sts", "GetCallerIdentity"), needsOf("s3", "PutObject")); !slices.Equal(got, []string{"s3:PutObject"}) {
		t.Errorf("got %q", got)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"twinsite/site"
)

// A page is a Markdown file that people read.
type page struct {
	file   string
	source []byte
	root   ast.Node
}

func newPage(file string, source []byte) *page {
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table))
	return &page{file, source, markdown.Parser().Parse(text.NewReader(source))}
}

func readPage(t *testing.T, file string) *page {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return newPage(file, source)
}

// pages are all pages of the project.
func pages(t *testing.T) []*page {
	t.Helper()
	var pages []*page
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", ".github/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			pages = append(pages, readPage(t, file))
		}
	}
	return pages
}

// each calls f with every node of a kind, in the page's order.
func each[N ast.Node](root ast.Node, f func(N)) {
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if n, ok := node.(N); ok && entering {
			f(n)
		}
		return ast.WalkContinue, nil
	})
}

// text is what a node shows, without its markup.
func (p *page) text(node ast.Node) string {
	var shown strings.Builder
	each(node, func(n *ast.Text) { shown.Write(n.Value(p.source)) })
	return shown.String()
}

// blocks are the page's fenced blocks in a language.
func (p *page) blocks(language string) []string {
	var blocks []string
	each(p.root, func(block *ast.FencedCodeBlock) {
		if string(block.Language(p.source)) == language {
			blocks = append(blocks, string(block.Lines().Value(p.source)))
		}
	})
	return blocks
}

// TestReadmeCommands holds every command that a page tells its readers to run
// against what there is to run.
func TestReadmeCommands(t *testing.T) {
	found := false
	for _, p := range pages(t) {
		for _, block := range p.blocks("sh") {
			found = found || p.file == "README.md"
			if err := checkBlock(block); err != nil {
				t.Errorf("%s: %v, in:\n%s", p.file, err, block)
			}
		}
	}
	if !found {
		t.Error("README.md has no commands")
	}
	for block, want := range map[string]string{
		"make synht":                                              "no target synht",
		"make synth SITE=examples/none.yaml":                      "does not exist",
		"make synth PLACE=site.yaml":                              "no variable PLACE",
		"npx cdk deploi Domain":                                   "no command deploi",
		"npx cdk deploy Third":                                    "no stack Third",
		"npx cdk deploy --al":                                     "no option --al",
		"npx cdk synth -c size=2":                                 "no context size",
		"npx cdk synth -c site=none.yaml":                         "does not exist",
		"npx cdk synth -c domain=example":                         "domain",
		"npx cdk bootstrap aws://ACCOUNT/eu-west-9":               "no stack in eu-west-9",
		"npx cowsay":                                              "npx cowsay",
		"npm install aws-cdk-lib@2.0.0":                           "aws-cdk-lib",
		"go get example.com/module@v1.0.0":                        "example.com/module",
		"go run ./cmd/nothing":                                    "./cmd/nothing",
		"dig +short NS example.org":                               "no record of example.org",
		"curl https://shop.ticketing.pw/":                         "no record of shop.ticketing.pw",
		"aws ec2 run-instances":                                   "ec2 run-instances",
		"aws s3 rm --quick s3://BUCKET/x":                         "no option --quick",
		"aws elbv2 describe-rules --region eu-west-9":             "no stack in eu-west-9",
		"aws cloudformation describe-stacks --stack-name Primary": "no stack is named Primary",
		"aws cloudformation describe-stacks --stack-name ticketing-Primary --query \"Outputs[?OutputKey=='X']\"": "X",
		"rm -rf cdk.out":           "rm: nobody knows how to check it",
		"make synth && rm cdk.out": "rm: nobody knows how to check it",
		"echo 'unfinished":         "unexpected EOF",
	} {
		if err := checkBlock(block); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", block, err, want)
		}
	}
}

// commandChecks say how each command is checked. None is run: .ci/run does
// that to "make", the others need an AWS account or the network.
var commandChecks = map[string]func(args []string) error{
	"make": checkMake, // targets and variables of the Makefile
	"npx":  checkCDK,  // what the pinned command line knows of itself; stacks, regions and context of the site
	"npm":  checkNPM,  // packages of package.json
	"go":   checkGo,   // modules of go.mod, folders
	"aws":  checkAWS,  // the table below; stacks, regions and outputs of the site
	"curl": checkHost, // records of the site
	"dig":  checkHost,
	"echo": func([]string) error { return nil },
}

// checkBlock checks the syntax of a block and each of its commands.
func checkBlock(block string) error {
	bash := exec.Command("bash", "-n")
	bash.Stdin = strings.NewReader(block)
	if output, err := bash.CombinedOutput(); err != nil {
		return fmt.Errorf("bash: %w: %s", err, output)
	}
	for _, words := range commands(block) {
		check := commandChecks[words[0]]
		if check == nil {
			return fmt.Errorf("%s: nobody knows how to check it: add it to commandChecks", words[0])
		}
		if err := check(words[1:]); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(words, " "), err)
		}
	}
	return nil
}

// shellWord is a comment, an operator, or a word, parts of which may be quoted.
var shellWord = regexp.MustCompile(`(?m)(?:^|[ \t])#.*$|\\\n|\n|&&|\|\|?|;|(?:"[^"]*"|'[^']*'|[^\s"'|;&\\])+`)

// commands splits a block into commands and these into words, as far as the
// pages need it. Redirections and variables for one command are left out.
func commands(block string) [][]string {
	var all [][]string
	var words []string
	for _, word := range append(shellWord.FindAllString(block, -1), "\n") {
		switch {
		case slices.Contains([]string{"\n", "&&", "|", "||", ";"}, word):
			if len(words) > 0 {
				all, words = append(all, words), nil
			}
		case word == "\\\n", strings.HasPrefix(strings.TrimSpace(word), "#"), strings.ContainsAny(word[:1], "<>"):
		case len(words) == 0 && regexp.MustCompile(`^[A-Z_]+=`).MatchString(word):
		default:
			words = append(words, strings.NewReplacer(`"`, "", `'`, "").Replace(word))
		}
	}
	return all
}

func checkMake(args []string) error {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		return err
	}
	for _, arg := range args {
		name, value, isVariable := strings.Cut(arg, "=")
		switch {
		case !isVariable && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`:`).Match(makefile):
			return fmt.Errorf("the Makefile has no target %s", name)
		case isVariable && !bytes.Contains(makefile, []byte("$("+name+")")):
			return fmt.Errorf("the Makefile has no variable %s", name)
		case name == "SITE":
			if _, err := site.Load(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// A cdkOption is an option as the CDK's command line describes it.
type cdkOption struct {
	Type  string
	Alias any // one, or a list
}

func checkCDK(args []string) error {
	if len(args) < 2 || args[0] != "cdk" {
		return errors.New("is not npx cdk COMMAND")
	}
	var cli struct {
		GlobalOptions map[string]cdkOption
		Commands      map[string]struct{ Options map[string]cdkOption }
	}
	if err := readJSON("node_modules/aws-cdk/lib/cli/cli-type-registry.json", &cli); err != nil {
		return err
	}
	command, known := cli.Commands[args[1]]
	if !known {
		return fmt.Errorf("cdk has no command %s", args[1])
	}
	options := maps.Clone(cli.GlobalOptions)
	maps.Copy(options, command.Options)
	for i := 2; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			if err := checkCDKArgument(args[1], args[i]); err != nil {
				return err
			}
			continue
		}
		flag, value, given := strings.Cut(args[i], "=")
		name, option := findOption(options, flag)
		if name == "" {
			return fmt.Errorf("cdk %s has no option %s", args[1], flag)
		}
		if option.Type != "boolean" && !given && i+1 < len(args) {
			i++
			value = args[i]
		}
		if name == "context" {
			if err := checkContext(value); err != nil {
				return err
			}
		}
	}
	return nil
}

func findOption(options map[string]cdkOption, flag string) (string, cdkOption) {
	for name, option := range options {
		aliases := strings.Fields(strings.Trim(fmt.Sprint(option.Alias), "[]"))
		if flag == "--"+name || slices.Contains(aliases, strings.TrimLeft(flag, "-")) {
			return name, option
		}
	}
	return "", cdkOption{}
}

// checkCDKArgument wants an environment of the default site to bootstrap, or one
// of its stacks.
func checkCDKArgument(command, argument string) error {
	if command == "bootstrap" {
		region, isEnvironment := strings.CutPrefix(argument, "aws://ACCOUNT/")
		if !isEnvironment {
			return fmt.Errorf("%s is not aws://ACCOUNT/REGION", argument)
		}
		return checkRegion(region)
	}
	if _, err := sites[0].assembly.Stack(argument); err != nil {
		return fmt.Errorf("the default site has no stack %s", argument)
	}
	return nil
}

// checkContext wants a key that the application reads, and a value that makes
// a site.
func checkContext(keyAndValue string) error {
	key, value, _ := strings.Cut(keyAndValue, "=")
	source, err := os.ReadFile("app.go")
	if err != nil {
		return err
	}
	if !bytes.Contains(source, fmt.Appendf(nil, `TryGetContext(jsii.String(%q))`, key)) {
		return fmt.Errorf("app.go reads no context %s", key)
	}
	switch key {
	case "site":
		_, err = site.Load(value)
	case "domain":
		_, err = site.Load("site.yaml", site.WithDomain(value))
	default:
		err = fmt.Errorf("nobody knows how to check the context %s", key)
	}
	return err
}

func checkRegion(region string) error {
	if isPlaceholder(region) {
		return nil
	}
	for _, stack := range sites[0].assembly.Stacks() {
		if stack.Region == region {
			return nil
		}
	}
	return fmt.Errorf("the default site has no stack in %s", region)
}

// isPlaceholder tells whether readers have to put something of their own.
func isPlaceholder(word string) bool { return word != "" && word == strings.ToUpper(word) }

func checkNPM(args []string) error {
	packages, err := npmPackages()
	if err != nil {
		return err
	}
	for _, arg := range args {
		name, _, versioned := strings.Cut(arg, "@")
		if versioned && !slices.Contains(packages, name) {
			return fmt.Errorf("package.json has no package %s", name)
		}
	}
	return nil
}

func checkGo(args []string) error {
	direct, _, err := goModules()
	if err != nil {
		return err
	}
	for _, arg := range args {
		if module, _, versioned := strings.Cut(arg, "@"); versioned && !slices.Contains(direct, module) {
			return fmt.Errorf("go.mod requires no module %s", module)
		}
		if folder, isFolder := strings.CutPrefix(arg, "./"); isFolder {
			if _, err := os.Stat(strings.TrimSuffix(folder, "...")); err != nil {
				return fmt.Errorf("%s: %w", arg, err)
			}
		}
	}
	return nil
}

// awsCommands are the AWS CLI's commands that pages name, with the options that
// they name. Look a new one up: https://docs.aws.amazon.com/cli/latest/reference/
var awsCommands = map[string][]string{
	"acm describe-certificate":                     {"--certificate-arn", "--query", "--region"},
	"autoscaling describe-auto-scaling-groups":     {"--auto-scaling-group-names", "--query", "--region"},
	"autoscaling describe-instance-refreshes":      {"--auto-scaling-group-name", "--query", "--region"},
	"autoscaling describe-scaling-activities":      {"--auto-scaling-group-name", "--max-items", "--region"},
	"autoscaling update-auto-scaling-group":        {"--auto-scaling-group-name", "--max-size", "--min-size", "--region"},
	"cloudformation cancel-update-stack":           {"--region", "--stack-name"},
	"cloudformation describe-stack-events":         {"--max-items", "--region", "--stack-name"},
	"cloudformation describe-stacks":               {"--output", "--query", "--region", "--stack-name"},
	"cloudformation list-stack-resources":          {"--output", "--query", "--region", "--stack-name"},
	"cloudfront create-invalidation":               {"--distribution-id", "--paths"},
	"cloudfront get-distribution":                  {"--id", "--query"},
	"cloudwatch describe-alarm-history":            {"--alarm-name", "--history-item-type", "--max-items", "--region"},
	"cloudwatch describe-alarms":                   {"--alarm-name-prefix", "--alarm-names", "--alarm-types", "--children-of-alarm-name", "--output", "--query", "--region", "--state-value"},
	"cloudwatch put-metric-data":                   {"--dimensions", "--metric-name", "--namespace", "--region", "--value"},
	"ec2 copy-image":                               {"--name", "--region", "--source-image-id", "--source-region"},
	"ec2 describe-managed-prefix-lists":            {"--filters", "--region"},
	"ec2 describe-network-acls":                    {"--filters", "--query", "--region"},
	"ec2 get-console-output":                       {"--instance-id", "--latest", "--output", "--region"},
	"elbv2 describe-rules":                         {"--listener-arn", "--region"},
	"elbv2 describe-target-health":                 {"--region", "--target-group-arn"},
	"elbv2 modify-capacity-reservation":            {"--load-balancer-arn", "--minimum-load-balancer-capacity", "--region", "--reset-capacity-reservation"},
	"fis get-experiment":                           {"--id", "--query", "--region"},
	"fis list-experiments":                         {"--query", "--region"},
	"fis start-experiment":                         {"--experiment-template-id", "--region"},
	"fis stop-experiment":                          {"--id", "--region"},
	"logs delete-log-group":                        {"--log-group-name", "--region"},
	"logs describe-log-groups":                     {"--log-group-name-prefix", "--query", "--region"},
	"logs tail":                                    {"--region", "--since"},
	"resourcegroupstaggingapi get-resources":       {"--output", "--query", "--region", "--tag-filters"},
	"route53 change-resource-record-sets":          {"--change-batch", "--hosted-zone-id"},
	"route53 delete-hosted-zone":                   {"--id"},
	"route53 get-health-check-last-failure-reason": {"--health-check-id"},
	"route53 get-hosted-zone":                      {"--id", "--query"},
	"route53 list-resource-record-sets":            {"--hosted-zone-id", "--query"},
	"route53 update-hosted-zone-features":          {"--hosted-zone-id", "--no-enable-accelerated-recovery"},
	"s3 cp":                                        {"--region"},
	"s3 ls":                                        {"--region"},
	"s3 rm":                                        {"--region"},
	"s3api copy-object":                            {"--bucket", "--copy-source", "--key", "--region"},
	"s3api delete-bucket":                          {"--bucket", "--region"},
	"s3api delete-object":                          {"--bucket", "--key", "--region", "--version-id"},
	"s3api get-bucket-replication":                 {"--bucket", "--region"},
	"s3api head-object":                            {"--bucket", "--key", "--query", "--region"},
	"s3api list-object-versions":                   {"--bucket", "--prefix", "--region"},
	"service-quotas get-service-quota":             {"--query", "--quota-code", "--region", "--service-code"},
	"ssm put-parameter":                            {"--name", "--overwrite", "--region", "--value"},
	"ssm start-session":                            {"--region", "--target"},
	"stepfunctions list-executions":                {"--max-items", "--region", "--state-machine-arn", "--status-filter"},
}

// awsSwitches are options that take no value.
var awsSwitches = []string{"--latest", "--no-enable-accelerated-recovery", "--overwrite", "--reset-capacity-reservation"}

func checkAWS(args []string) error {
	if len(args) < 2 {
		return errors.New("is not aws SERVICE OPERATION")
	}
	options, known := awsCommands[args[0]+" "+args[1]]
	if !known {
		return fmt.Errorf("aws %s %s: look it up and add it to awsCommands", args[0], args[1])
	}
	given := map[string]string{}
	for i, arg := range args {
		if !strings.HasPrefix(arg, "--") {
			continue
		}
		if !slices.Contains(options, arg) {
			return fmt.Errorf("aws %s %s has no option %s that awsCommands knows", args[0], args[1], arg)
		}
		if slices.Contains(awsSwitches, arg) {
			continue
		}
		if i+1 == len(args) {
			return fmt.Errorf("%s has no value", arg)
		}
		given[arg] = args[i+1]
	}
	if region, isGiven := given["--region"]; isGiven {
		if err := checkRegion(region); err != nil {
			return err
		}
	}
	if name, isGiven := given["--stack-name"]; isGiven {
		return checkStackOutput(name, given["--query"])
	}
	return nil
}

// checkStackOutput wants a stack's name in CloudFormation and, where a query
// names one, an output of it.
func checkStackOutput(stackName, query string) error {
	for _, stack := range sites[0].assembly.Stacks() {
		if stack.Name != stackName {
			continue
		}
		if output := regexp.MustCompile(`OutputKey==(\w+)`).FindStringSubmatch(query); output != nil {
			_, err := stack.Output(output[1])
			return err
		}
		return nil
	}
	return fmt.Errorf("no stack is named %s", stackName)
}

// checkHost wants names that the default site has records for: the last word,
// or the host of an address.
func checkHost(args []string) error {
	address, err := url.Parse(args[len(args)-1])
	if err != nil {
		return err
	}
	host := address.Host
	if host == "" {
		host = address.Path
	}
	records, err := sites[0].assembly.Records(host)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("the default site has no record of %s", host)
	}
	return nil
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// TestSynthOutput holds the stacks that the pages show after "make synth"
// against the default site's.
func TestSynthOutput(t *testing.T) {
	for _, file := range []string{"README.md", "README.ko.md"} {
		for _, stack := range sites[0].assembly.Stacks() {
			line := regexp.MustCompile(`(?m)^` + stack.Name + ` +` + stack.Region + ` +(\d+) resources?$`).FindStringSubmatch(read(t, file))
			if want := fmt.Sprint(len(stack.Resources())); line == nil || line[1] != want {
				t.Errorf("%s: says %v of %s, want %s resources", file, line, stack.Name, want)
			}
		}
	}
}

// TestLinks follows the links of every page that lead to files and headings of
// the project.
func TestLinks(t *testing.T) {
	for _, p := range pages(t) {
		for _, link := range p.links() {
			if err := p.follow(link); err != nil {
				t.Errorf("%s: %v", p.file, err)
			}
		}
	}
	broken := newPage("docs/page.md", []byte("# One `and` *two*\n# One and two\n# 한 글, 둘!\n"+
		"[a](none.md) [b](../README.md#none) [c](#none) [d](../site.yaml#x) [e](../../x) ![f](none.svg)\n\n<img src=\"none.png\">\n"))
	for _, link := range broken.links() {
		if err := broken.follow(link); err == nil {
			t.Errorf("%s: nobody noticed that it leads nowhere", link)
		}
	}
	if len(broken.links()) != 7 {
		t.Errorf("links %q, want seven", broken.links())
	}
	if diff := cmp.Diff([]string{"one-and-two", "one-and-two-1", "한-글-둘"}, broken.anchors()); diff != "" {
		t.Errorf("anchors (-want +got):\n%s", diff)
	}
}

// htmlLink is a link or picture in HTML, which pages use where Markdown cannot
// do it.
var htmlLink = regexp.MustCompile(`(?:href|src|srcset)="([^"]*)"`)

// links are the destinations of a page's links and pictures.
func (p *page) links() []string {
	var links []string
	html := func(source []byte) {
		for _, match := range htmlLink.FindAllSubmatch(source, -1) {
			links = append(links, string(match[1]))
		}
	}
	each(p.root, func(n *ast.Link) { links = append(links, string(n.Destination)) })
	each(p.root, func(n *ast.Image) { links = append(links, string(n.Destination)) })
	each(p.root, func(n *ast.RawHTML) { html(n.Segments.Value(p.source)) })
	each(p.root, func(n *ast.HTMLBlock) { html(n.Lines().Value(p.source)) })
	return links
}

// follow says why a link leads nowhere. Links out of the project are not
// followed.
func (p *page) follow(link string) error {
	address, err := url.Parse(link)
	if err != nil || address.Scheme != "" {
		return err
	}
	to := p
	if address.Path != "" {
		file := filepath.Join(filepath.Dir(p.file), address.Path)
		if !filepath.IsLocal(file) {
			return fmt.Errorf("%s leads out of the project", link)
		}
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%s: %w", link, err)
		}
		if address.Fragment == "" {
			return nil
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%s: %w", link, err)
		}
		to = newPage(file, source)
	}
	if filepath.Ext(to.file) != ".md" || !slices.Contains(to.anchors(), address.Fragment) {
		return fmt.Errorf("%s: %s has no such heading", link, to.file)
	}
	return nil
}

// anchors are the names that GitHub gives a page's headings: in lower case,
// without punctuation, hyphens for spaces, numbered when repeated.
func (p *page) anchors() []string {
	var anchors []string
	seen := map[string]int{}
	each(p.root, func(heading *ast.Heading) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
				return unicode.ToLower(r)
			}
			return -1
		}, p.text(heading))
		numbered := anchor
		if n := seen[anchor]; n > 0 {
			numbered = fmt.Sprintf("%s-%d", anchor, n)
		}
		seen[anchor]++
		anchors = append(anchors, numbered)
	})
	return anchors
}

// TestThirdParty holds the tables of THIRD_PARTY.md against what the project
// requires.
func TestThirdParty(t *testing.T) {
	listed := readPage(t, "THIRD_PARTY.md").rows()
	direct, required, err := goModules()
	if err != nil {
		t.Fatal(err)
	}
	packages, err := npmPackages()
	if err != nil {
		t.Fatal(err)
	}
	tools, err := toolModules()
	if err != nil {
		t.Fatal(err)
	}
	for heading, want := range map[string][]string{
		"npm packages":    packages,
		"Tools":           tools,
		"Debian packages": debianPackages(t),
		"GitHub actions":  githubActions(t),
	} {
		if diff := cmp.Diff(sorted(want), sorted(listed[heading])); diff != "" {
			t.Errorf("%s (-required +listed):\n%s", heading, diff)
		}
	}
	for _, module := range direct {
		if !slices.Contains(listed["Go modules"], module) {
			t.Errorf("Go modules: %s is required and not listed", module)
		}
	}
	for _, module := range listed["Go modules"] {
		if !slices.Contains(required, module) {
			t.Errorf("Go modules: %s is listed and not required", module)
		}
	}
}

// rows are what the first cells of a page's tables show as code, by the heading
// above.
func (p *page) rows() map[string][]string {
	rows := map[string][]string{}
	heading := ""
	each(p.root, func(node ast.Node) {
		switch node := node.(type) {
		case *ast.Heading:
			heading = p.text(node)
		case *extensionast.TableRow:
			each(node.FirstChild(), func(code *ast.CodeSpan) { rows[heading] = append(rows[heading], p.text(code)) })
		}
	})
	return rows
}

func sorted(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }

// goModules are the modules that go.mod requires: those that it says are used
// directly, and all.
func goModules() (direct, all []string, err error) {
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := readModule("go.mod", &mod); err != nil {
		return nil, nil, err
	}
	for _, module := range mod.Require {
		all = append(all, module.Path)
		if !module.Indirect {
			direct = append(direct, module.Path)
		}
	}
	return direct, all, nil
}

// toolModules are the modules of the tools in tools/go.mod.
func toolModules() ([]string, error) {
	var mod struct {
		Tool, Require []struct{ Path string }
	}
	if err := readModule("tools/go.mod", &mod); err != nil {
		return nil, err
	}
	var modules []string
	for _, tool := range mod.Tool {
		module := ""
		for _, required := range mod.Require {
			if strings.HasPrefix(tool.Path+"/", required.Path+"/") && len(required.Path) > len(module) {
				module = required.Path
			}
		}
		modules = append(modules, module)
	}
	return modules, nil
}

func readModule(file string, into any) error {
	output, err := exec.Command("go", "mod", "edit", "-json", file).Output()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return json.Unmarshal(output, into)
}

func npmPackages() ([]string, error) {
	var manifest struct{ Dependencies, DevDependencies map[string]string }
	if err := readJSON("package.json", &manifest); err != nil {
		return nil, err
	}
	return slices.Concat(slices.Collect(maps.Keys(manifest.Dependencies)), slices.Collect(maps.Keys(manifest.DevDependencies))), nil
}

// debianPackages are those that CI installs.
func debianPackages(t *testing.T) []string {
	t.Helper()
	script, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^packages=\(([^)]*)\)`).FindSubmatch(script)
	if list == nil {
		t.Fatal(".ci/run: no list of packages")
	}
	return strings.Fields(string(list[1]))
}

// githubActions are those that workflows use. A tag can be moved to other code,
// a commit cannot.
func githubActions(t *testing.T) []string {
	t.Helper()
	workflows, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, file := range workflows {
		workflow, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range regexp.MustCompile(`(?m)uses: *(.*)$`).FindAllStringSubmatch(string(workflow), -1) {
			pinned := regexp.MustCompile(`^([\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$`).FindStringSubmatch(use[1])
			if pinned == nil {
				t.Errorf("%s: %s is not pinned by commit, with its version as a comment", file, use[1])
				continue
			}
			actions = append(actions, pinned[1])
		}
	}
	return actions
}

package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/site"
)

// TestCommands holds what the pages tell people to run against what there is:
// the shell's syntax, make's targets, and every name of the default site.
// What the AWS CLI and npm themselves take is not checked.
func TestCommands(t *testing.T) {
	atTop(t)
	checks := commandChecks(t)
	for _, p := range pages(t) {
		for _, block := range p.blocks("sh") {
			if err := errors.Join(checkSyntax(block), checks.check(block)); err != nil {
				t.Errorf("%s: %v, in:\n%s", p.file, err, block)
			}
		}
		if p.file == "docs/configuration.md" {
			continue // of fields, with values of other sites
		}
		for _, span := range p.codeSpans() {
			if err := checks.check(span); err != nil {
				t.Errorf("%s: %v", p.file, err)
			}
		}
	}
	for _, command := range []string{
		"make synht",
		"make test && make synht",
		"make synth SITE=examples/none.yaml",
		"npx cdk deploy Third",
		"make deploy STACK=Third",
		"npx cdk synth -c site=none.yaml",
		"npx cdk bootstrap aws://ACCOUNT/eu-west-9",
		"npm install aws-cdk@2.0.0",
		"go get github.com/aws/aws-cdk-go/awscdk/v2@v1.0.0",
		"go run ./cmd/nothing",
		"go run ./cmd/twinsite rehears",
		"curl https://shop.ticketing.pw/",
		"aws elbv2 describe-rules --region eu-west-9",
		"aws cloudformation describe-stacks --stack-name Primary",
		`aws cloudformation describe-stacks --query "Outputs[?OutputKey=='X']"`,
		`aws cloudwatch describe-alarms --alarm-names "ticketing: It rains"`,
	} {
		if checks.check(command) == nil {
			t.Errorf("%s: nobody noticed that it cannot work", command)
		}
	}
	if checkSyntax("echo 'unfinished") == nil {
		t.Error("nobody noticed a quotation mark that is never closed")
	}
}

func checkSyntax(block string) error {
	bash := exec.Command("bash", "-n")
	bash.Stdin = strings.NewReader(block)
	if output, err := bash.CombinedOutput(); err != nil {
		return fmt.Errorf("bash: %w: %s", err, output)
	}
	return nil
}

// A nameCheck finds the names of one kind in commands. The last group of the
// expression that matched is the name.
type nameCheck struct {
	what   string
	find   *regexp.Regexp
	exists func(name string) bool
}

type nameChecks []nameCheck

// check reports each name in a command that names nothing.
func (checks nameChecks) check(command string) error {
	var problems []error
	for _, c := range checks {
		for _, match := range c.find.FindAllStringSubmatch(command, -1) {
			if name := match[len(match)-1]; !c.exists(name) {
				problems = append(problems, fmt.Errorf("%q: there is no %s %s", match[0], c.what, name))
			}
		}
	}
	return errors.Join(problems...)
}

func commandChecks(t *testing.T) nameChecks {
	t.Helper()
	deployed := golden(t)
	versions := read(t, "go.mod") + read(t, "package.json")
	alarms := readPage(t, "docs/operations.md").anchors()
	for _, file := range glob(t, "Makefile", "cmd/twinsite/*.go") {
		read(t, file) // Go's cache of test results sees only what the test itself reads, not what make and go read for it
	}
	targets := map[string]bool{}
	help := output(t, "go", "run", "./cmd/twinsite", "--help")
	return nameChecks{
		{"target of make", regexp.MustCompile(`(?:^|\n|&& |\$\()make ([a-z][\w-]*)`), func(name string) bool {
			if _, asked := targets[name]; !asked {
				dryRun := exec.Command("make", "--dry-run", name)
				dryRun.Env = append(os.Environ(), "MAKEFLAGS=")
				targets[name] = dryRun.Run() == nil
			}
			return targets[name]
		}},
		{"site", regexp.MustCompile(`(?:[Ss]ite|SITE)[= ](\S+\.yaml)`), func(file string) bool {
			_, err := site.Load(file)
			return err == nil
		}},
		{"folder", regexp.MustCompile(`go (?:run|test|build) (\./\w[\w/-]*)`), func(folder string) bool {
			_, err := os.Stat(folder)
			return err == nil
		}},
		{"subcommand", regexp.MustCompile(`(?:cmd|bin)/twinsite ([a-z]\w*)`), func(name string) bool {
			return strings.Contains(help, "\n  "+name+" ")
		}},
		{"such version in go.mod or package.json:", regexp.MustCompile(`\b([\w./-]+@v?\d[\d.]*)`), func(name string) bool {
			module, version, _ := strings.Cut(name, "@")
			return strings.Contains(versions, module+" "+version+"\n") || strings.Contains(versions, fmt.Sprintf("%q: %q", module, version))
		}},
		{"alarm", regexp.MustCompile(`"ticketing: ([^"]+)"`), func(title string) bool {
			return slices.Contains(alarms, strings.ReplaceAll(strings.ToLower(title), " ", "-"))
		}},
		{"record of the default site for", regexp.MustCompile(`(?:^|[^\w.*-])((?:[\w-]+\.)*ticketing\.pw)`), func(host string) bool {
			records, err := deployed.Records(host)
			return err == nil && len(records) > 0
		}},
		{"stack", regexp.MustCompile(`(?:cdk (?:deploy|destroy|diff|synth) |STACK=)([A-Z]\w*)`), func(id string) bool {
			_, err := deployed.Stack(id)
			return err == nil
		}},
		{"stack named", regexp.MustCompile(`--stack-name (\S+)`), anyStack(deployed, func(s *assembly.Stack, name string) bool { return s.Name == name })},
		{"stack in", regexp.MustCompile(`(?:--region |aws://ACCOUNT/)([a-z]{2}-[a-z]+-\d)`), anyStack(deployed, func(s *assembly.Stack, name string) bool { return s.Region == name })},
		{"output", regexp.MustCompile(`OutputKey=='(\w+)'`), anyStack(deployed, func(s *assembly.Stack, name string) bool {
			_, err := s.Output(name)
			return err == nil
		})},
	}
}

func output(t *testing.T, command string, args ...string) string {
	t.Helper()
	printed, err := exec.Command(command, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return string(printed)
}

func anyStack(deployed *assembly.Assembly, holds func(*assembly.Stack, string) bool) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(deployed.Stacks(), func(s *assembly.Stack) bool { return holds(s, name) })
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twinsite/site"
)

// An order is what the command line asks for.
type order struct {
	to           string // on or off
	site, object string
	stderr       io.Writer // where the AWS CLI explains what went wrong
}

// switchObject is the form of the switch's address. The key counts: an object
// under any other would move nothing, and nobody would be told.
var switchObject = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/failover-switch$`)

const switchForm = "s3://BUCKET/failover-switch"

func newCommand() *cobra.Command {
	o := &order{}
	command := &cobra.Command{
		Use:   "failover-switch on|off",
		Short: "Move a site to the standby region by hand, and let it come home",
		Example: `  failover-switch on                                        # visitors go to the standby
  failover-switch off                                       # visitors come home
  failover-switch on -object ` + switchForm + `    # when CloudFormation is down`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] != "on" && args[0] != "off" {
				return fmt.Errorf("what to do is wrong, got %q: give on or off", strings.Join(args, " "))
			}
			return nil
		},
		SilenceUsage: true, SilenceErrors: true,
		RunE: func(command *cobra.Command, args []string) error {
			o.to, o.stderr = args[0], command.ErrOrStderr()
			done, err := o.move(command.Context())
			if err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), done)
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.site, "site", "site.yaml", "site to move")
	flags.StringVar(&o.object, "object", "", "the switch, as "+switchForm+", instead of asking CloudFormation for it")
	return command
}

// move puts or removes the switch and says what it did.
func (o *order) move(ctx context.Context) (string, error) {
	s, err := site.Load(o.site)
	if err != nil {
		return "", err
	}
	if !s.Failover.Switch {
		return "", fmt.Errorf("%s: failover.switch is false: the site has no switch; set it to true and deploy, in a quiet hour", o.site)
	}
	if o.object != "" && !switchObject.MatchString(o.object) {
		return "", fmt.Errorf("-object %q: give it as %s", o.object, switchForm)
	}
	if _, err := exec.LookPath("aws"); err != nil {
		return "", errors.New("the AWS CLI, aws, is not in PATH: install it: " +
			"https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html")
	}
	object := o.object
	if object == "" {
		if object, err = o.lookUp(ctx, s); err != nil {
			return "", err
		}
	}
	if o.to == "on" {
		return o.put(ctx, s, object)
	}
	return o.remove(ctx, s, object)
}

// lookUp asks CloudFormation where the switch is.
func (o *order) lookUp(ctx context.Context, s *site.Site) (string, error) {
	stack := s.Name + "-Secondary"
	answer, err := o.aws(ctx, "", "cloudformation", "describe-stacks", "--region", s.Standby.Region.Name, "--stack-name", stack,
		"--output", "text", "--query", "Stacks[0].Outputs[?OutputKey=='FailoverSwitch'].OutputValue")
	if err != nil {
		return "", fmt.Errorf("%w: check that the site is deployed and that the credentials are of its account; "+
			"if CloudFormation is down, find the bucket with \"aws s3 ls\", then: %s", err, o.withObject())
	}
	object := strings.TrimSpace(answer)
	switch {
	case object == "" || object == "None":
		return "", fmt.Errorf("the stack %s was deployed without the failover switch: deploy %s, in a quiet hour", stack, o.site)
	case !switchObject.MatchString(object):
		return "", fmt.Errorf("the output FailoverSwitch of the stack %s is %q, not %s: find the bucket with \"aws s3 ls\", then: %s",
			stack, object, switchForm, o.withObject())
	}
	return object, nil
}

// withObject is the command that needs no look-up.
func (o *order) withObject() string {
	return fmt.Sprintf("go run ./cmd/failover-switch %s -site %s -object %s", o.to, o.site, switchForm)
}

func (o *order) put(ctx context.Context, s *site.Site, object string) (string, error) {
	body := "moved by hand at " + time.Now().UTC().Format(time.RFC3339) + "\n"
	if _, err := o.aws(ctx, body, "s3", "cp", "-", object, "--region", s.Standby.Region.Name); err != nil {
		return "", fmt.Errorf("%w: check that the credentials may do s3:PutObject, then run it again", err)
	}
	return fmt.Sprintf("on: %s is there: visitors go to the standby within %s, if it answers; watch %s", object, delay(s), watch(s)), nil
}

// remove removes the switch. S3 reports no error when it is not there.
func (o *order) remove(ctx context.Context, s *site.Site, object string) (string, error) {
	if _, err := o.aws(ctx, "", "s3", "rm", object, "--region", s.Standby.Region.Name); err != nil {
		return "", fmt.Errorf("%w: check that the credentials may do s3:DeleteObject, then run it again", err)
	}
	return fmt.Sprintf("off: %s is gone: visitors come home within %s once the home region's health check passes "+
		"(until then, they stay); watch %s", object, delay(s), watch(s)), nil
}

// aws runs the AWS CLI and returns what it prints. It gives up early: by
// itself, the CLI waits a minute for each connection.
func (o *order) aws(ctx context.Context, stdin string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "aws", append(args, "--cli-connect-timeout", "5", "--cli-read-timeout", "15")...)
	command.WaitDelay = time.Second // what a wrapper of the CLI started may hold the output open
	command.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, o.stderr
	if err := command.Run(); err != nil {
		call, _, _ := strings.Cut(strings.Join(args, " "), " --output")
		return "", fmt.Errorf("aws %s: %w", call, err)
	}
	return out.String(), nil
}

// What a health checker may take to call an answer good or bad, 4 s to connect
// and 2 s to answer, and how long resolvers keep an alias's answer.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
const (
	slowestAnswer = 6 * time.Second
	timeToLive    = 60 * time.Second
)

// checks is the longest that the health checks take to change their mind.
func checks(s *site.Site) time.Duration {
	return time.Duration(s.Failover.Threshold) * (s.Failover.Interval + slowestAnswer)
}

// delay is how long visitors take at most to follow the switch, and why.
func delay(s *site.Site) string {
	return fmt.Sprintf("%.0f s (%.0f s of checks, %.0f s of DNS)",
		(checks(s) + timeToLive).Seconds(), checks(s).Seconds(), timeToLive.Seconds())
}

// watch names where the move can be seen. CloudWatch has Route 53's metrics in
// us-east-1 only.
func watch(s *site.Site) string {
	var what []string
	if s.Notifications {
		what = append(what, fmt.Sprintf("the alarm %q", s.Name+": The standby serves"))
	}
	if s.Dashboard {
		what = append(what, fmt.Sprintf("the dashboard %q", s.Name))
	}
	if len(what) == 0 {
		return "dig +short " + s.HostNames()[0]
	}
	return strings.Join(what, " and ") + " in us-east-1"
}

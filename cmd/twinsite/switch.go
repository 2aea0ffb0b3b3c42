package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twinsite/account/switching"
	"twinsite/internal/cli"
	"twinsite/site"
)

// A switchOrder is what the command line asks to move.
type switchOrder struct {
	to           string // on or off
	site, object string
	stderr       io.Writer // where the AWS CLI explains what went wrong
}

const switchForm = switching.Form

// newSwitch returns the command that moves a site to the standby region by hand,
// and lets it come home: it puts or removes the failover switch, an object in
// its bucket, with the AWS CLI. It needs no synthesis, only the site's
// file and credentials that may write to the bucket. docs/operations.md
// explains what follows.
func newSwitch() *cobra.Command {
	o := &switchOrder{}
	command := &cobra.Command{
		Use:   "switch on|off",
		Short: "Move a site to the standby region by hand, and let it come home",
		Example: `  twinsite switch on                                        # visitors go to the standby
  twinsite switch off                                       # visitors come home
  twinsite switch on -object ` + switchForm + `    # when CloudFormation is down`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] != "on" && args[0] != "off" {
				return fmt.Errorf("what to do is wrong, got %q: give on or off", strings.Join(args, " "))
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			o.to, o.stderr = args[0], command.ErrOrStderr()
			s, err := o.check()
			if err != nil {
				return err
			}
			if o.to == "off" {
				fmt.Fprint(command.OutOrStdout(), makeHomeBig(s))
			}
			done, err := o.move(command.Context(), s)
			switch {
			case err != nil && command.Context().Err() != nil:
				return errors.New("whether the switch has moved is not known; run it again")
			case err != nil:
				return cli.Failed{Err: err}
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

// check returns the site to move. Its error is a mistake that is found without
// asking AWS.
func (o *switchOrder) check() (*site.Site, error) {
	if o.object != "" && !switching.IsObject(o.object) {
		return nil, fmt.Errorf("-object %q: give it as %s", o.object, switchForm)
	}
	s, err := site.Load(o.site)
	if err != nil {
		return nil, err
	}
	if !s.Failover.Switch {
		return nil, fmt.Errorf("%s: failover.switch is false: the site has no switch; set it to true and deploy, in a quiet hour", o.site)
	}
	if _, err := exec.LookPath("aws"); err != nil {
		return nil, errors.New("the AWS CLI, aws, is not in PATH: install it: " +
			"https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html")
	}
	return s, nil
}

// move puts or removes the switch and says what it did.
func (o *switchOrder) move(ctx context.Context, s *site.Site) (string, error) {
	object := o.object
	if object == "" {
		var err error
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
func (o *switchOrder) lookUp(ctx context.Context, s *site.Site) (string, error) {
	stack := s.StackName(site.SecondaryStack)
	answer, err := o.aws(ctx, "", "cloudformation", "describe-stacks", "--region", s.Standby.Region.Name, "--stack-name", stack,
		"--output", "text", "--query", "Stacks[0].Outputs[?OutputKey=='"+site.SwitchOutput+"'].OutputValue")
	if err != nil {
		return "", fmt.Errorf("%w: check that the site is deployed and that the credentials are of its account; "+
			"if CloudFormation is down, find the bucket with \"aws s3 ls\", then: %s", err, o.withObject())
	}
	object := strings.TrimSpace(answer)
	switch {
	case object == "" || object == "None":
		return "", fmt.Errorf("the stack %s was deployed without the failover switch: deploy %s, in a quiet hour", stack, o.site)
	case !switching.IsObject(object):
		return "", fmt.Errorf("the output %s of the stack %s is %q, not %s: find the bucket with \"aws s3 ls\", then: %s",
			site.SwitchOutput, stack, object, switchForm, o.withObject())
	}
	return object, nil
}

// withObject is the command that needs no look-up.
func (o *switchOrder) withObject() string {
	return fmt.Sprintf("go run ./cmd/twinsite switch %s -site %s -object %s", o.to, o.site, switchForm)
}

func (o *switchOrder) put(ctx context.Context, s *site.Site, object string) (string, error) {
	body := "moved by hand at " + time.Now().UTC().Format(time.RFC3339) + "\n"
	if _, err := o.aws(ctx, body, "s3", "cp", "-", object, "--region", s.Standby.Region.Name); err != nil {
		return "", fmt.Errorf("%w: check that the credentials may do s3:PutObject, then run it again", err)
	}
	return fmt.Sprintf("on: %s is there: visitors go to the standby within %s, if it answers; watch %s", object, delay(s), watch(s)), nil
}

// remove removes the switch. S3 reports no error when it is not there.
func (o *switchOrder) remove(ctx context.Context, s *site.Site, object string) (string, error) {
	if _, err := o.aws(ctx, "", "s3", "rm", object, "--region", s.Standby.Region.Name); err != nil {
		return "", fmt.Errorf("%w: check that the credentials may do s3:DeleteObject, then run it again", err)
	}
	return fmt.Sprintf("off: %s is gone: visitors come home within %s once the home region's health check passes "+
		"(until then, they stay); watch %s", object, delay(s), watch(s)), nil
}

// makeHomeBig says how home is made as big as it may have been when visitors left: it
// has shrunk while the standby served. It is "" where visitors come home by
// themselves, and where home cannot shrink.
func makeHomeBig(s *site.Site) string {
	if s.Failover.Failback != site.FailbackManual || s.Web.Minimum == s.Web.Maximum {
		return ""
	}
	command := func(servers int) string {
		return fmt.Sprintf("  aws autoscaling update-auto-scaling-group --region %s --min-size %d --auto-scaling-group-name "+
			"$(aws cloudformation list-stack-resources --region %[1]s --stack-name %[3]s "+
			"--query \"StackResourceSummaries[?ResourceType=='AWS::AutoScaling::AutoScalingGroup'].PhysicalResourceId\" --output text)\n",
			s.Home.Region.Name, servers, s.StackName(site.PrimaryStack))
	}
	return "first: without visitors, home has shrunk to its minimum. This makes it big:\n" + command(s.Web.Maximum) +
		"and this, when everybody is home, lets it shrink again:\n" + command(s.Web.Minimum)
}

// aws runs the AWS CLI and returns what it prints. It gives up early: by
// itself, the CLI waits a minute for each connection.
func (o *switchOrder) aws(ctx context.Context, stdin string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "aws", append(args, "--cli-connect-timeout", "5", "--cli-read-timeout", "15")...)
	command.WaitDelay = time.Second // a process that a wrapper of the CLI started may leave the output open
	command.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, o.stderr
	if err := command.Run(); err != nil {
		call, _, _ := strings.Cut(strings.Join(args, " "), " --output")
		return "", fmt.Errorf("aws %s: %w", call, err)
	}
	return out.String(), nil
}

// checks is the longest that the health checks take to change their mind.
func checks(s *site.Site) time.Duration {
	return time.Duration(s.Failover.Threshold) * (s.Failover.Interval + site.SlowestAnswer)
}

// delay is how long visitors take at most to follow the switch, and why.
func delay(s *site.Site) string {
	return fmt.Sprintf("%.0f s (%.0f s of checks, %.0f s of DNS)",
		(checks(s) + site.AliasTTL).Seconds(), checks(s).Seconds(), site.AliasTTL.Seconds())
}

// watch names where the move can be seen. CloudWatch has Route 53's metrics in
// one region only.
func watch(s *site.Site) string {
	var what []string
	if s.Notifications {
		what = append(what, fmt.Sprintf("the alarm %q", s.AlarmName(site.StandbyServesAlarm)))
	}
	if s.Dashboard {
		what = append(what, fmt.Sprintf("the dashboard %q", s.Name))
	}
	if len(what) == 0 {
		return "dig +short " + s.HostNames()[0]
	}
	return strings.Join(what, " and ") + " in " + site.GlobalRegion
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/account/switching"
	"twinsite/internal/cli"
	"twinsite/site"
)

// A switchOrder is what the command line asks to move.
type switchOrder struct {
	to           string // on or off
	site, object string
}

const switchForm = switching.Form

// newSwitch returns the command that moves a site to the standby region by hand,
// and lets it come home: it puts or removes the failover switch, an object in
// its bucket. It needs no synthesis, only the site's file and credentials that
// may write to the bucket, and asks the standby region alone: with -object, only
// S3. docs/operations.md explains what follows.
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
			o.to = args[0]
			ctx := command.Context()
			s, err := o.check()
			if err != nil {
				return err
			}
			in, err := account.OpenUnasked(ctx, s.Standby.Region.Name, config.WithHTTPClient(hasty()))
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return err
			}
			if o.to == "off" {
				fmt.Fprint(command.OutOrStdout(), makeHomeBig(s))
			}
			done, err := o.move(ctx, in, s)
			switch {
			case err != nil && ctx.Err() != nil:
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
	return s, nil
}

// hasty gives up early, so that somebody in an outage hears soon what does not answer: by
// itself, a client waits for ever for an answer to a request that was sent.
func hasty() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(dialer *net.Dialer) { dialer.Timeout = 5 * time.Second }).
		WithTransportOptions(func(transport *http.Transport) { transport.ResponseHeaderTimeout = 15 * time.Second })
}

// move puts or removes the switch and says what it did.
func (o *switchOrder) move(ctx context.Context, in *account.Account, s *site.Site) (string, error) {
	w, err := o.find(ctx, in, s)
	if err != nil {
		return "", err
	}
	if o.to == "on" {
		if err := w.Put(ctx, "hand"); err != nil {
			return "", unmoved(w, err)
		}
		return fmt.Sprintf("on: %s is there: visitors go to the standby within %s, if it answers; watch %s", w.Object(), delay(s), watch(s)), nil
	}
	if err := w.Remove(ctx); err != nil {
		return "", unmoved(w, err)
	}
	return fmt.Sprintf("off: %s is gone: visitors come home within %s once the home region's health check passes "+
		"(until then, they stay); watch %s", w.Object(), delay(s), watch(s)), nil
}

// find is the switch that -object names, or CloudFormation knows.
func (o *switchOrder) find(ctx context.Context, in *account.Account, s *site.Site) (*switching.Switch, error) {
	if o.object != "" {
		return switching.At(in.In, s, o.object)
	}
	w, err := switching.Find(ctx, in.In, s)
	if err != nil && !errors.Is(err, switching.ErrNone) {
		return nil, fmt.Errorf("%w: check that the site is deployed and that the credentials are of its account; "+
			"if CloudFormation is down, find the bucket with \"aws s3 ls\", then: "+
			"go run ./cmd/twinsite switch %s -site %s -object %s", err, o.to, o.site, switchForm)
	}
	return w, err
}

// unmoved says of a switch that was not put or not removed what to do. Without an answer,
// it may have been.
func unmoved(w *switching.Switch, err error) error {
	var answered *awshttp.ResponseError
	switch {
	case account.NotAllowed(err):
		return fmt.Errorf("%w in %s: give credentials that may, then run it again", err, w.Bucket)
	case errors.As(err, &answered) && answered.HTTPStatusCode() >= 300 && answered.HTTPStatusCode() < 500:
		return fmt.Errorf("%w: check that %s is the site's bucket and that the credentials are of its account, then run it again", err, w.Bucket)
	}
	return fmt.Errorf("%w: whether the switch has moved is not known; run it again", err)
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

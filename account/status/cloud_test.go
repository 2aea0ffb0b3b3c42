package status_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twinsite/account/accounttest"
	"twinsite/account/status"
)

// amazon is an account whose services answer as the test says, by path or action: in
// the form that AWS documents, as the emulated account gives only good answers.
func amazon(t *testing.T, answers map[string]string) status.Cloud {
	t.Helper()
	return status.Of(accounttest.Open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.FormValue("Action")
		if asked == "" {
			asked = r.URL.Path
		}
		answer, ok := answers[asked]
		if asked == "GetCallerIdentity" {
			answer, ok = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", true
		}
		w.Header().Set("Content-Type", "text/xml")
		if !ok {
			refuse(w, asked)
			return
		}
		fmt.Fprint(w, answer)
	})))
}

// refuse answers as a service does that the credentials may not ask, in its own
// protocol: XML with the service's root, or CBOR.
func refuse(w http.ResponseWriter, asked string) {
	const denied = "<Error><Code>AccessDenied</Code><Message>not authorized</Message></Error>"
	switch {
	case strings.HasPrefix(asked, "/service/"):
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("smithy-protocol", "rpc-v2-cbor")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "\xa1\x66__type\x6cAccessDenied") // a map of one text to another
	case asked == "/bucket":
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, denied)
	default:
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<ErrorResponse>"+denied+"</ErrorResponse>")
	}
}

// checkAnswer is the answer of GetHealthCheck to a check of a type.
func checkAnswer(kind, inverted string) string {
	return `<GetHealthCheckResponse><HealthCheck><Id>1</Id><CallerReference>1</CallerReference><HealthCheckVersion>1</HealthCheckVersion>
		<HealthCheckConfig><Type>` + kind + `</Type><Inverted>` + inverted + `</Inverted></HealthCheckConfig></HealthCheck></GetHealthCheckResponse>`
}

// observations is the answer of GetHealthCheckStatus, as in AWS's reference.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
func observations(statuses ...string) string {
	var all strings.Builder
	for _, status := range statuses {
		fmt.Fprintf(&all, `<HealthCheckObservation><Region>us-east-1</Region><IPAddress>15.177.2.1</IPAddress><StatusReport><Status>%s</Status>
			<CheckedTime>2026-11-28T17:48:16.751Z</CheckedTime></StatusReport></HealthCheckObservation>`, status)
	}
	return "<GetHealthCheckStatusResponse><HealthCheckObservations>" + all.String() + "</HealthCheckObservations></GetHealthCheckStatusResponse>"
}

func TestCheck(t *testing.T) {
	good, bad := "Success: HTTP Status Code 200, OK", "Failure: HTTP Status Code 503, Service Unavailable"
	for name, test := range map[string]struct {
		answers map[string]string
		want    status.Check
		err     string
	}{
		"good":       {map[string]string{"": checkAnswer("HTTPS", "false"), "/status": observations(good, good)}, status.Check{Checkers: 2, Good: 2}, ""},
		"some bad":   {map[string]string{"": checkAnswer("HTTPS", "false"), "/status": observations(good, bad)}, status.Check{Checkers: 2, Good: 1, Failure: bad}, ""},
		"inverted":   {map[string]string{"": checkAnswer("HTTPS", "true"), "/status": observations(bad)}, status.Check{Checkers: 1, Inverted: true, Failure: bad}, ""},
		"no status":  {map[string]string{"": checkAnswer("HTTPS", "false")}, status.Check{}, "not allowed to ask: needs route53:GetHealthCheckStatus"},
		"no check":   {nil, status.Check{}, "not allowed to ask: needs route53:GetHealthCheck"},
		"calculated": {map[string]string{"": checkAnswer("CALCULATED", "false")}, status.Check{Calculated: true}, "not allowed to ask: needs cloudwatch:GetMetricStatistics"},
	} {
		answers := map[string]string{}
		for path, answer := range test.answers {
			answers["/2013-04-01/healthcheck/1"+path] = answer
		}
		got, err := amazon(t, answers).Check(t.Context(), "1")
		if failure := fmt.Sprint(err); test.err == "" && err != nil || test.err != "" && failure != test.err {
			t.Errorf("%s: got %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSwitched(t *testing.T) {
	listing := func(keys ...string) string {
		var all strings.Builder
		for _, key := range keys {
			fmt.Fprintf(&all, "<Contents><Key>%s</Key><LastModified>2026-11-28T17:48:16.000Z</LastModified></Contents>", key)
		}
		return "<ListBucketResult>" + all.String() + "</ListBucketResult>"
	}
	put := time.Date(2026, 11, 28, 17, 48, 16, 0, time.UTC)
	for answer, want := range map[string]time.Time{
		listing():                  {},
		listing("failover-switch"): put,
		listing("failover-switch-of-another-kind"):         {},
		listing("failover-switch", "failover-switch-else"): put,
	} {
		got, err := amazon(t, map[string]string{"/bucket": answer}).Switched(t.Context(), "us-east-1", "bucket", "failover-switch")
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v, want %v", answer, got, err, want)
		}
	}
}

// TestRefused holds that each question names the permission that it needs.
func TestRefused(t *testing.T) {
	c := amazon(t, nil)
	ctx := t.Context()
	_, distribution := c.Distribution(ctx, "E1")
	_, balancer := c.Balancer(ctx, "us-east-1", "arn")
	_, targets := c.Targets(ctx, "us-east-1", "arn")
	_, switched := c.Switched(ctx, "us-east-1", "bucket", "key")
	_, alarms := c.AlarmsOn(ctx, "us-east-1", "ticketing: ")
	for want, got := range map[string]error{
		"cloudfront:GetDistribution": distribution, "elasticloadbalancing:DescribeLoadBalancers": balancer,
		"elasticloadbalancing:DescribeTargetHealth": targets, "s3:ListBucket": switched, "cloudwatch:DescribeAlarms": alarms,
	} {
		if fmt.Sprint(got) != "not allowed to ask: needs "+want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

// Package accounttest opens an account for tests, which a handler plays. No call leaves
// the machine: a client that would dial another address gets an error.
package accounttest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"

	"twinsite/account"
)

// Open opens an account that answers as the handler does, STS's GetCallerIdentity
// included. Every call is tried once, unless the options say otherwise. It sets the
// environment for the rest of the test.
func Open(t *testing.T, aws http.Handler, options ...func(*config.LoadOptions) error) *account.Account {
	t.Helper()
	server := httptest.NewServer(aws)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	options = append(options, config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = loopbackOnly
	})))
	opened, err := account.Open(t.Context(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// loopbackOnly refuses every connection that would leave the machine.
func loopbackOnly(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s is not on this machine", address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

package account_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"twinsite/account"
)

// amazon answers every call with this status and body, and credentials lead to it.
func amazon(t *testing.T, status int, body string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	nobody(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
}

// nobody removes every credential of the machine's.
func nobody(t *testing.T) {
	t.Helper()
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"HOME": nowhere, "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
}

func failure(code, message string) string {
	return fmt.Sprintf("<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
}

func TestOpen(t *testing.T) {
	amazon(t, 200, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	a, err := account.Open(t.Context())
	if err != nil || a.ID != "123456789012" || a.In("eu-west-1").Region != "eu-west-1" {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestOpenErrors(t *testing.T) {
	for _, test := range []struct {
		set  func(t *testing.T)
		want string
	}{
		{nobody, "there are no AWS credentials: give"},
		{func(t *testing.T) { amazon(t, 403, failure("ExpiredToken", "expired")) }, "AWS refuses the credentials (ExpiredToken): give"},
		{func(t *testing.T) {
			amazon(t, 200, "")
			t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
		}, "AWS does not answer: "},
		{func(t *testing.T) { nobody(t); t.Setenv("AWS_PROFILE", "nobody's") }, "the AWS configuration cannot be read: "},
	} {
		test.set(t)
		_, err := account.Open(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line that begins with %q", err, test.want)
		}
	}
}

// TestRefusedRole holds that a role or a single sign-on that AWS refuses before anything
// is asked is not taken for no credentials at all.
func TestRefusedRole(t *testing.T) {
	nobody(t)
	refused := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, fmt.Errorf("assuming the role: %w", &smithy.GenericAPIError{Code: "ExpiredToken", Message: "expired"})
	})
	_, err := account.Open(t.Context(), config.WithCredentialsProvider(refused))
	_, unasked := account.OpenUnasked(t.Context(), "eu-west-1", config.WithCredentialsProvider(refused))
	for _, err := range []error{err, unasked} {
		if want := "AWS refuses the credentials (ExpiredToken): give"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestOpenUnasked holds that nothing is asked of AWS but a role's credentials, and those in
// the region that is given: the one of the environment may be down.
func TestOpenUnasked(t *testing.T) {
	var asked []string
	open := func() (*account.Account, error) {
		client := awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
			transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
				asked = append(asked, address)
				return nil, errors.New("no route to host")
			}
		})
		return account.OpenUnasked(t.Context(), "eu-west-1", config.WithHTTPClient(client))
	}
	nobody(t)
	t.Setenv("AWS_REGION", "ap-northeast-2")
	if _, err := open(); err == nil || !strings.HasPrefix(err.Error(), "there are no AWS credentials: give") {
		t.Errorf("without credentials: got %v", err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	if a, err := open(); err != nil || a.In("eu-west-2").Region != "eu-west-2" || len(asked) > 0 {
		t.Errorf("got %+v, %v, asked %q", a, err, asked)
	}
	file := filepath.Join(t.TempDir(), "config")
	role := "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = user\n[profile user]\naws_access_key_id = key\naws_secret_access_key = secret\n"
	if err := os.WriteFile(file, []byte(role), 0o600); err != nil {
		t.Fatal(err)
	}
	nobody(t)
	t.Setenv("AWS_REGION", "ap-northeast-2")
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_PROFILE", "role")
	if _, err := open(); err == nil || !strings.HasPrefix(err.Error(), "AWS gives no credentials: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a role that nobody answers for: got %v", err)
	}
	if want := "[sts.eu-west-1.amazonaws.com:443]"; fmt.Sprint(asked) != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
}

func TestIs(t *testing.T) {
	a := &account.Account{ID: "123456789012"}
	for wanted, want := range map[string]string{"": "<nil>", "123456789012": "<nil>",
		"999999999999": "the credentials are of account 123456789012, not of 999999999999, which -account names: choose others, for example by AWS_PROFILE"} {
		if got := fmt.Sprint(a.Is(wanted)); got != want {
			t.Errorf("%q: got %s, want %s", wanted, got, want)
		}
	}
}

func TestUnanswered(t *testing.T) {
	for code, want := range map[string]string{
		"AccessDeniedException": "not allowed to ask: needs s3:ListAllMyBuckets",
		"UnauthorizedOperation": "not allowed to ask: needs s3:ListAllMyBuckets",
		"AuthorizationError":    "not allowed to ask: needs s3:ListAllMyBuckets",
		"SlowDown":              "s3:ListAllMyBuckets: SlowDown: please do",
	} {
		if got := account.Unanswered("s3:ListAllMyBuckets", &smithy.GenericAPIError{Code: code, Message: "please\ndo"}); got.Error() != want {
			t.Errorf("%s: got %v, want %s", code, got, want)
		}
	}
	if account.Unanswered("s3:ListAllMyBuckets", nil) != nil {
		t.Error("no error becomes one")
	}
}

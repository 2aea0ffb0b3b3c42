package check

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"twinsite/account"
	"twinsite/account/accounttest"
)

// An amazon is an account that answers by HTTP as AWS documents: testdata/answers has
// an answer for each call, with the page that it follows. An account whose stacks all
// stand has all green items; so has a new one, in which only Domain stands.
type amazon struct {
	t *testing.T

	deployed bool              // all stacks stand
	edits    map[string]edit   // by the answer's name, as "ec2-DescribeRegions"
	refused  map[string]string // what AWS refuses, by the answer's name: "Code message"
	only     string            // the region in which edits and refusals hold; "": all

	mu    sync.Mutex
	asked map[string]bool // the names of answers that were given, edited or refused
}

// An edit replaces one piece of an answer, once or where it stands.
type edit struct{ old, replacement string }

// open opens the account. No call leaves the machine.
func (a *amazon) open(t *testing.T) *account.Account {
	t.Helper()
	a.t, a.asked = t, map[string]bool{}
	return accounttest.Open(t, a)
}

// scope is where a request's signature names region and service.
var scope = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/([^/]+)/`)

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signed := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	body, _ := io.ReadAll(r.Body) // of this machine
	form, _ := url.ParseQuery(string(body))
	operation, parameter := operationOf(r, form, body)
	if signed == nil || operation == "" {
		a.t.Errorf("%s %s is no call that we know", r.Method, r.URL)
		return
	}
	region, service := signed[1], signed[2]
	if operation == "DescribeStacks" && parameter != "CDKToolkit" && parameter != "ticketing-Domain" && !a.deployed {
		fail(w, r, "ValidationError Stack with id "+parameter+" does not exist")
		return
	}
	for _, name := range []string{service + "-" + operation + "-" + parameter, service + "-" + operation} {
		answer, suffix, err := recorded(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		a.answer(w, r, name, suffix, a.fill(answer, region, parameter), region)
		return
	}
	fail(w, r, "NoSuchResourceException nothing is recorded") // as Service Quotas says where AWS has set nothing
}

// answer gives a recorded answer, edited, or refuses it.
func (a *amazon) answer(w http.ResponseWriter, r *http.Request, name, suffix, answer, region string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.only == "" || a.only == region {
		a.asked[name] = true
		if refusal, refused := a.refused[name]; refused {
			fail(w, r, refusal)
			return
		}
		if e, edited := a.edits[name]; edited {
			if !strings.Contains(answer, e.old) {
				a.t.Errorf("the answer %s has no %q to break", name, e.old)
			}
			answer = strings.ReplaceAll(answer, e.old, e.replacement)
		}
	}
	content := []byte(answer)
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		content = toCBOR(a.t, content)
	case suffix == ".json":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	default:
		w.Header().Set("Content-Type", "text/xml")
	}
	_, _ = w.Write(content) // whoever asked may have gone
}

// recorded is an answer of testdata, and whether it is of XML or JSON.
func recorded(name string) (answer, suffix string, err error) {
	for _, suffix := range []string{".xml", ".json"} {
		content, err := os.ReadFile(path.Join("testdata/answers", path.Base(name)+suffix))
		if err == nil {
			return string(content), suffix, nil
		}
	}
	return "", "", fs.ErrNotExist
}

// fill puts what depends on the question into an answer.
func (a *amazon) fill(answer, region, parameter string) string {
	own := []string{"${OWN}", "other.example", "${OWNFUNCTION}", "other", "${TAGGED}", "another-Primary"}
	if a.deployed {
		own = []string{"${OWN}", "ticketing.pw", "${OWNFUNCTION}", "ticketingPrimary-Site-Serving-9DD7E66B", "${TAGGED}", "ticketing-Primary"}
	}
	return strings.NewReplacer(append(own, "${REGION}", region, "${STACK}", parameter)...).Replace(answer)
}

// operationOf is the operation that a request asks for, and the parameter by which
// recorded answers differ.
func operationOf(r *http.Request, form url.Values, body []byte) (operation, parameter string) {
	if action := form.Get("Action"); action != "" {
		_, topic, _ := strings.Cut(form.Get("TopicArn"), ":123456789012:")
		stack := form.Get("StackName")
		if _, name, isARN := strings.Cut(stack, ":stack/"); isARN {
			stack, _, _ = strings.Cut(name, "/")
		}
		return action, cmp.Or(stack, topic)
	}
	if _, target, found := strings.Cut(r.Header.Get("X-Amz-Target"), "."); found {
		var input struct{ QuotaCode string }
		_ = json.Unmarshal(body, &input) // most have none
		return target, input.QuotaCode
	}
	if _, target, found := strings.Cut(r.URL.Path, "/operation/"); found {
		return target, ""
	}
	for _, rest := range []struct{ pattern, operation string }{
		{`^/2013-04-01/hostedzone/[A-Z0-9]+$`, "GetHostedZone"},
		{`^/2013-04-01/hostedzone/[A-Z0-9]+/rrset$`, "ListResourceRecordSets"},
		{`^/2013-04-01/hostedzonesbyname$`, "ListHostedZonesByName"},
		{`^/2020-05-31/distribution$`, "ListDistributions"},
		{`^/2020-05-31/function$`, "ListFunctions"},
		{`^/$`, "ListBuckets"},
		{`^/[a-z0-9-]+$`, "GetBucketTagging"},
	} {
		if regexp.MustCompile(rest.pattern).MatchString(r.URL.Path) {
			return rest.operation, ""
		}
	}
	return "", ""
}

// fail answers with an error in the form of the protocol that was asked by.
func fail(w http.ResponseWriter, r *http.Request, refusal string) {
	code, message, _ := strings.Cut(refusal, " ")
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String(message)}))
	case r.Header.Get("X-Amz-Target") != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
	default:
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusBadRequest)
		failure := fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
		if strings.Contains(r.Header.Get("Authorization"), "/ec2/") {
			fmt.Fprintf(w, "<Response><Errors>%s</Errors></Response>", failure)
		} else if strings.Contains(r.Header.Get("Authorization"), "/s3/") {
			fmt.Fprint(w, failure)
		} else {
			fmt.Fprintf(w, "<ErrorResponse>%s</ErrorResponse>", failure)
		}
	}
}

// toCBOR is JSON in the form in which CloudWatch answers.
func toCBOR(t *testing.T, content []byte) []byte {
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		t.Error(err)
	}
	return cbor.Encode(cborValue(value))
}

func cborValue(value any) cbor.Value {
	switch v := value.(type) {
	case map[string]any:
		m := cbor.Map{}
		for key, below := range v {
			m[key] = cborValue(below)
		}
		return m
	case []any:
		list := cbor.List{}
		for _, below := range v {
			list = append(list, cborValue(below))
		}
		return list
	case float64:
		return cbor.Float64(v)
	case bool:
		return cbor.Bool(v)
	}
	return cbor.String(fmt.Sprint(value))
}

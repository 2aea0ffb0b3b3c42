package promises

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// checkOriginSecrets demands that the home load balancer answers CloudFront
// alone, and of that the site's distribution alone: it shows a secret.
func (in *reader) checkOriginSecrets() {
	home := in.home()
	in.checkAdmits(home.balancerSecurity, "tcp 443-443 from "+in.site.Home.PrefixList())
	listener := in.listener(home.balancer, 443)
	expect(listener, "DefaultActions.0.Type", "fixed-response")
	expect(listener, "DefaultActions.0.FixedResponseConfig.StatusCode", "403")
	rule := only("rules of "+listener.String(), in.Referrers(listener, topology.ListenerRuleType)...)
	leads(rule, "Actions.0.TargetGroupArn", home.targetGroup)
	if n := length(rule, "Conditions"); n != 1 {
		fail(rule, "Conditions", "has %d conditions, want one", n)
	}
	expect(rule, "Conditions.0.Field", "http-header")
	const values = "Conditions.0.HttpHeaderConfig.Values"
	accepted := secrets(rule, values, texts(rule, values))
	if len(accepted) != len(in.site.Edge.OriginSecrets) {
		fail(rule, values, "accepts %d secrets, want %d", len(accepted), len(in.site.Edge.OriginSecrets))
	}
	d := in.siteDistribution()
	headers := defaultOrigin(d).At("OriginCustomHeaders")
	expect(d, headers+".0.HeaderName", text(rule, "Conditions.0.HttpHeaderConfig.HttpHeaderName"))
	sent := secrets(d, headers, headerValues(d, headers))
	if len(sent) != 1 || sent[0] != accepted[0] {
		fail(d, headers, "sends %v, but %s accepts %v", sent, rule, accepted)
	}
	// In one deployment, the new secret is accepted before it is sent.
	if !slices.Contains(d.DependsOn(), rule.LogicalID) {
		fail(d, ".DependsOn", "lacks %s: it may change before that does", rule)
	}
}

func headerValues(d *assembly.Resource, path string) []string {
	var values []string
	for _, header := range objects(d, path) {
		values = append(values, as[string](d, path, header["HeaderValue"], "a header's value"))
	}
	return values
}

// secrets are the secrets that the values at a path are; each has to be one.
func secrets(r *assembly.Resource, path string, values []string) []*assembly.Resource {
	for _, value := range values {
		if !isSecret(value) {
			fail(r, path, "is not a secret: %s", value)
		}
	}
	return targets(r, path)
}

// isSecret reports whether a text is a dynamic reference to a secret's whole
// value, and nothing else.
func isSecret(text string) bool {
	return strings.HasPrefix(text, "{{resolve:secretsmanager:${") && strings.HasSuffix(text, "}:SecretString:::}}")
}

// checkSecrets demands that AWS makes the secrets' values, and that they stand
// nowhere.
func (in *reader) checkSecrets() {
	secrets := in.Resources("AWS::SecretsManager::Secret")
	if len(secrets) != len(in.site.Edge.OriginSecrets) {
		fail(nil, "", "there are %d secrets, want %d", len(secrets), len(in.site.Edge.OriginSecrets))
	}
	for _, secret := range secrets {
		for _, path := range []string{"SecretString", "GenerateSecretString.SecretStringTemplate"} {
			if secret.Has(path) {
				fail(secret, path, "is there: its value is in the template")
			}
		}
		const path = "GenerateSecretString.PasswordLength"
		if length := integer(secret, path); length < 32 {
			fail(secret, path, "has %d characters, want 32 or more", length)
		}
		// In a condition on a header, * and ? stand for anything: a secret with them would let others in.
		expect(secret, "GenerateSecretString.ExcludePunctuation", true)
		for _, reference := range in.ReferencesTo(secret) {
			if text := text(reference.From, reference.Path); !isSecret(text) {
				fail(reference.From, reference.Path, "is %s, want the secret's value alone", text)
			}
		}
		for _, output := range secret.Stack.Outputs() {
			if strings.Contains(must.Get(output.Text()), secret.String()) {
				fail(secret, "", "is shown by the output %s", output.Name)
			}
		}
	}
}

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretShapes are what secrets look like in a file.
var secretShapes = map[string]*regexp.Regexp{
	"an access key":    regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`),
	"a secret key":     regexp.MustCompile(`(?i)aws_?secret_?access_?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}`),
	"a private key":    regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),
	"a secret's value": regexp.MustCompile(`"SecretString"\s*:\s*"`),
	"a token":          regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,})`),
	"a password":       regexp.MustCompile(`(?i)(password|passwd|secret|api_?key|token)["']?\s*[:=]\s*["'][^"'\s${}]{6,}["']`),
	"a known origin":   regexp.MustCompile(`(?i)"HeaderName":\s*"X-Twinsite-Origin",\s*"HeaderValue":\s*"`),
	"credentials":      regexp.MustCompile(`[a-z]+://[^/\s:@"']+:[^/\s:@"'${}]+@`),
}

// TestNoSecrets searches every file that synthesis writes: templates, their
// metadata, the manifest, and all that is uploaded at a deployment.
func TestNoSecrets(t *testing.T) {
	seen := map[string]bool{} // assets are named by their content
	for _, s := range sites {
		files := 0
		err := filepath.WalkDir(s.dir, func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := entry.Name()
			isAsset := strings.HasPrefix(name, "asset.")
			switch {
			case isAsset && seen[name] && entry.IsDir():
				return fs.SkipDir
			case isAsset && seen[name]:
				return nil
			}
			seen[name] = isAsset
			if entry.IsDir() {
				return nil
			}
			files++
			if filepath.Ext(name) == ".zip" {
				// AWS's command line in the CDK's layer, which is packed and public.
				if !layerOnly(s, name) {
					t.Errorf("%s: %s is packed, so that nobody can search it", s.name, name)
				}
				return nil
			}
			data, err := os.ReadFile(file)
			for _, found := range secretsIn(string(data)) {
				t.Errorf("%s: %s shows %s", s.name, strings.TrimPrefix(file, s.dir), found)
			}
			return err
		})
		if err != nil || files < 10 {
			t.Errorf("%s: %d files searched (%v)", s.name, files, err)
		}
	}
}

// TestSecretsAreNoticed shows that each shape is found, and that what stands
// for a secret is not.
func TestSecretsAreNoticed(t *testing.T) {
	for want, text := range map[string]string{
		"an access key":    "export KEY=AKIA" + "IOSFODNN7EXAMPLE",
		"a secret key":     `aws_secret_access_key = "` + strings.Repeat("a1/+", 10) + `"`,
		"a private key":    "-----BEGIN RSA " + "PRIVATE KEY-----",
		"a secret's value": `"SecretString": "hunter2"`,
		"a token":          "ghp_" + strings.Repeat("a", 36),
		"a password":       `"MasterUserPassword": "correct-horse"`,
		"a known origin":   `"HeaderName": "X-Twinsite-Origin", "HeaderValue": "open sesame"`,
		"credentials":      "https://user:hunter2@example.com/",
	} {
		if found := secretsIn(text); !slices.Contains(found, want) {
			t.Errorf("%s shows %v, want %s", text, found, want)
		}
	}
	for _, text := range []string{
		`"{{resolve:secretsmanager:",{"Ref":"OriginSecretsfirst"},":SecretString:::}}"`,
		`"GenerateSecretString": {"PasswordLength": 64}`,
		`"SecretArn": {"Ref": "Secret"}, "TokenKey": "${Token}"`,
	} {
		if found := secretsIn(text); found != nil {
			t.Errorf("%s shows %v", text, found)
		}
	}
}

func secretsIn(text string) []string {
	var found []string
	for what, shape := range secretShapes {
		if match := shape.FindString(text); match != "" {
			found = append(found, what)
		}
	}
	return found
}

// layerOnly reports whether an asset is code of Lambda layers and of nothing
// else.
func layerOnly(s *synthesized, asset string) bool {
	hash := strings.TrimPrefix(asset, "asset.")
	layers := 0
	for _, r := range s.assembly.Resources() {
		for _, path := range []string{"Content.S3Key", "Code.S3Key"} {
			if !r.Has(path) || must(r.Text(path)) != hash {
				continue
			}
			if r.Type != "AWS::Lambda::LayerVersion" {
				return false
			}
			layers++
		}
	}
	return layers > 0
}

package constructs

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/web"
)

// maxUserData is EC2's limit, in bytes before the encoding.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
const maxUserData = 16 << 10

func TestUserData(t *testing.T) {
	tests := map[string]struct {
		props WebServersOptions
		want  string
	}{
		"minimal": {
			want: "#!/bin/bash\ncat > /etc/twinsite.env <<'TWINSITE'\nTWINSITE",
		},
		"values in the order of their names": {
			props: WebServersOptions{Environment: map[string]string{"B": "two words", "A": "$HOME", "C": ""}},
			want:  "#!/bin/bash\ncat > /etc/twinsite.env <<'TWINSITE'\nA='$HOME'\nB='two words'\nC=''\nTWINSITE",
		},
		"what a shell would take for its own": {
			props: WebServersOptions{Environment: map[string]string{"A": "it's `id` $(id) \\ \"\""}},
			want:  "#!/bin/bash\ncat > /etc/twinsite.env <<'TWINSITE'\nA='it'\"'\"'s `id` $(id) \\ \"\"'\nTWINSITE",
		},
		"the script after them, as it is": {
			props: WebServersOptions{
				Environment: map[string]string{"A": "1"},
				UserData:    "#!/bin/bash\nset -euo pipefail\necho \"${A:?}\"\n",
			},
			want: "#!/bin/bash\ncat > /etc/twinsite.env <<'TWINSITE'\nA='1'\nTWINSITE\n#!/bin/bash\nset -euo pipefail\necho \"${A:?}\"\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, *userData(&test.props).Render()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A user's own script has at most 12 KiB, which leaves the rest to the
// environment; so has the default one.
func TestUserDataFits(t *testing.T) {
	const longest = 255 // a host name, a health path
	environment := map[string]string{}
	for _, name := range []string{"TWINSITE_SITE", "TWINSITE_REGION", "TWINSITE_STATIC_URL", "TWINSITE_HEALTH_PATHS"} {
		environment[name] = string(make([]byte, longest))
	}
	rendered := *userData(&WebServersOptions{Environment: environment, UserData: web.UserData}).Render()
	if len(rendered) > maxUserData {
		t.Errorf("got %d bytes, want at most %d", len(rendered), maxUserData)
	}
}

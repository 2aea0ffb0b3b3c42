# Run "make help" for what can be made.

# Node.js 24 from npm: the CDK's JavaScript runs on it, under the command line
# and under the tests alike.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# SITE chooses another site: make synth SITE=examples/article.yaml
# STACK chooses stacks: make deploy STACK=Domain
CDK = npx cdk
TWINSITE = go run ./cmd/twinsite
CONTEXT = $(if $(SITE),--context site=$(SITE))
LINT = go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: synth
synth: node_modules ## write the templates of all stacks to cdk.out
	@echo "synthesizing $(or $(SITE),site.yaml); the first time, compiling the CDK's modules takes about two minutes"
	@start=$$(date +%s); $(CDK) synth --quiet $(CONTEXT) && echo "synthesized in $$(($$(date +%s) - start)) s"
	@$(TWINSITE) summary

.PHONY: diff
diff: node_modules ## show what a deployment would change
	$(CDK) diff $(CONTEXT)

.PHONY: deploy
deploy: node_modules ## deploy all stacks, or STACK=ID and what it reads from; ACCEPT=1: whatever it costs visitors
	@$(TWINSITE) deploy $(if $(SITE),-site $(SITE) )$(if $(ACCEPT),-accept )$(STACK)

.PHONY: check-account
check-account: ## ask the account whether the site can be deployed to it; changes nothing
	@$(TWINSITE) check$(if $(SITE), -site $(SITE))

.PHONY: release
release: node_modules ## deploy region by region, and go on only where the site answers; BAKE=15m, ACCEPT=1
	@$(TWINSITE) release$(if $(SITE), -site $(SITE))$(if $(BAKE), -bake $(BAKE))$(if $(ACCEPT), -accept)

.PHONY: status
status: ## say who serves a deployed site, and how both regions are
	@$(TWINSITE) status$(if $(SITE), -site $(SITE))

.PHONY: failover-on
failover-on: ## move the site to the standby by hand
	@$(TWINSITE) switch on $(if $(SITE),-site $(SITE))

.PHONY: failover-off
failover-off: ## let the site come home
	@$(TWINSITE) switch off $(if $(SITE),-site $(SITE))

.PHONY: test
test: node_modules ## run every test
	@echo "testing; the first time, compiling the CDK's modules takes about two minutes"
	@start=$$(date +%s); go test ./... && go test -C diagram/d2svg ./... && go test -C testdata/library ./... && echo "tested in $$(($$(date +%s) - start)) s"

# What reads a site, plays its failover or drills it must be good for several goroutines.
.PHONY: race
race: ## look for data races; needs gcc, takes minutes
	CGO_ENABLED=1 go test -race ./assembly ./topology ./rehearsal/...
	CGO_ENABLED=1 go test -race ./account/ask ./account/check ./account/drill ./account/release ./account/report ./account/resolver ./account/status

# Chromium's timers are real, so the plays are not faster than the clock on the wall.
.PHONY: browser
browser: ## let Chromium visit two plays; needs root and chromium, takes three minutes
	go test ./rehearsal/play -run '^TestBrowser$$' -v -count 1 -timeout 5m -browser

.PHONY: rehearse
rehearse: synth ## play a failover of the synthesized site on this machine
	$(TWINSITE) rehearse $(if $(SITE),-site $(SITE))

# ARGS are more flags: make drill ARGS="-write /tickets -record drill.json"
.PHONY: drill
drill: ## move the deployed site to the standby and home again, and measure it; asks first
	@$(TWINSITE) drill $(if $(SITE),-site $(SITE) )$(ARGS)

# FROM is a git revision, or a folder with a cloud assembly.
.PHONY: rehearse-change
rehearse-change: synth ## say what a deployment over FROM=REVISION would cost visitors
	@tools/rehearse-change.sh "$(FROM)" $(SITE)

# VISITS and GB are of a month.
.PHONY: cost
cost: synth ## say what the synthesized site costs in a month; VISITS=100000 GB=200: with visitors
	@$(TWINSITE) cost$(if $(VISITS), -visits $(VISITS))$(if $(GB), -gb $(GB))

.PHONY: diagram
diagram: ## draw docs/architecture.svg from the golden templates
	@set -e; folder=$$(mktemp -d); trap 'rm -r "$$folder"' EXIT; \
	$(TWINSITE) diagram -assembly testdata/site >"$$folder/d2"; \
	go run -C diagram/d2svg . <"$$folder/d2" >"$$folder/svg"; \
	cp "$$folder/svg" docs/architecture.svg

.PHONY: bench
bench: node_modules ## time the synthesis of the default site
	go test . -run '^$$' -bench Synth -benchtime 5x

.PHONY: golden
golden: node_modules ## accept new templates, schema, pages and picture
	go test . ./site -update
	node tools/resource-types.mjs
	go test ./diagram -update
	@$(MAKE) --no-print-directory diagram
	@go test ./docs -run '^TestChanges$$' -count=1 >/dev/null || echo "docs/changes.md is of other templates, fields or rules: make changes rewrites it, in minutes"

.PHONY: changes
changes: node_modules ## rewrite docs/changes.md: what changing each field costs; takes minutes
	go test ./docs -run '^TestChanges$$' -count=1 -timeout 60m -update-changes

.PHONY: rights
rights: ## write the table of permissions in docs/operations.md
	go test ./docs -run '^TestRights$$' -count=1 -update-rights

.PHONY: fuzz
fuzz: ## try ten seconds of malformed site files, and ten of malformed assemblies
	go test ./site -run '^$$' -fuzz FuzzLoad -fuzztime 10s -fuzzminimizetime 50x
	go test ./cmd/twinsite -run '^$$' -fuzz FuzzAssembly -fuzztime 10s -fuzzminimizetime 50x

.PHONY: fmt
fmt: ## format the Go code
	gofmt -w $$(git ls-files '*.go')

.PHONY: lint
lint: ## check format and code
	@test -z "$$(gofmt -l $$(git ls-files '*.go') | tee /dev/stderr)"
	go vet ./...
	$(LINT) run
	cd diagram/d2svg && go vet ./... && go tool -modfile=../../tools/go.mod golangci-lint run
	go tool -modfile=tools/go.mod actionlint

.PHONY: lint-templates
lint-templates: node_modules .venv ## check the templates of every shipped site with cfn-lint
	@rm -rf cdk.out.lint
	@go test . -run '^TestValidation$$' -keep $(CURDIR)/cdk.out.lint
	@.venv/bin/cfn-lint 'cdk.out.lint/*/*.template.json'

.PHONY: deploy-emulated
deploy-emulated: node_modules emulated/node_modules .venv-emulated ## deploy every shipped site to an emulated AWS account
	@echo "synthesizing every shipped site"
	@rm -rf cdk.out.emulated
	@go test . -run '^TestValidation$$' -keep $(CURDIR)/cdk.out.emulated
	@start=$$(date +%s); go test ./emulated -v -parallel 4 -timeout 20m -assemblies $(CURDIR)/cdk.out.emulated && \
		echo "deployed in $$(($$(date +%s) - start)) s, to an emulated account; what that does not show stands in README.md"

.PHONY: lint-emulated
lint-emulated: .venv-emulated ## check the Python of the emulated account
	@.venv-emulated/bin/ruff check --quiet --no-cache emulated/account
	@.venv-emulated/bin/ruff format --check --quiet --no-cache emulated/account

.PHONY: check
check: lint test race browser lint-templates lint-emulated fuzz deploy-emulated synth ## do what CI does, in its order
	@$(MAKE) --no-print-directory synth SITE=examples/article.yaml

# One module at a time: a proxy that refuses one of them hides no other.
DIRECT = go list -m -f '{{if not (or .Main .Indirect)}}{{.Path}}{{end}}' all
NEWER = go list -m -u -e -f '{{with .Update}}{{$$.Path}} {{$$.Version}}, newest {{.Version}}{{end}}{{with .Error}}{{$$.Path}}: {{.Err}}{{end}}'
TOOLS = github.com/golangci/golangci-lint/v2 github.com/rhysd/actionlint

.PHONY: outdated
outdated: node_modules ## list what is behind; of aws-cdk, "latest" is a mistake
	@for module in $$($(DIRECT)); do $(NEWER) $$module 2>&1 || true; done
	@for module in $(TOOLS); do $(NEWER) -modfile=tools/go.mod $$module 2>&1 || true; done
	@npm outdated || true

# Tools want Python: cfn-lint, and the emulated account. The product does not.
.venv: tools/requirements.txt
	python3 -m venv --clear $@
	$@/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv-emulated: tools/requirements-emulated.txt
	python3 -m venv --clear $@
	$@/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

emulated/node_modules: emulated/package.json emulated/package-lock.json
	npm ci --prefix emulated --no-audit --no-fund
	@touch $@

# npm ci touches nothing that is up to date by itself.
node_modules: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

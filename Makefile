# Everything here works in a fresh clone. As root on Debian, what is missing gets installed first: packages
# (scripts/ensure-packages.sh) and Node modules (scripts/ensure-modules.sh). Later runs only look.

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

build: modules ## the daemon as it is installed, into dist/
	node scripts/build.mjs

test: modules ## every check and every test; what cannot run here is skipped, and says why
	@scripts/ensure-packages.sh || true
	@node scripts/test.mjs

test-systemd: build ## the package and its unit on a pair of machines that systemd runs, in name spaces of this host (two minutes)
	@scripts/ensure-packages.sh || true
	@node scripts/test.mjs lab-systemd

test-machine: build ## what needs more of a kernel than user-mode Linux has (NAT of nf_tables among it), in an emulated machine (ten minutes)
	@scripts/ensure-packages.sh || true
	@scripts/ensure-machine.sh
	@test/lab/harness/kernel/run.sh --machine node_modules/.bin/vitest run --project lab-ipvs \
	  --testTimeout 900000 --hookTimeout 300000 test/lab/daemon/marks.ipvs.test.ts test/lab/setup/topologies.ipvs.test.ts

test-matrix: build ## the tests with each Node that it may run on (LAYERS='unit lab-net'; without, everything of each)
	@scripts/ensure-packages.sh || true
	@node scripts/test-matrix.mjs $(LAYERS)

demo: build ## a pair of directors in network namespaces, failing over, measured (three minutes)
	@scripts/ensure-packages.sh
	@scripts/demo.sh

sim: modules ## one run of the VRRP simulator, told step by step (SEED=17 make sim)
	@node_modules/.bin/tsc -p test/sim/tsconfig.json
	@node .lab/sim/test/sim/main.js "$(SEED)"

fuzz: modules ## every decoder and reader with inputs that are nearly right, for an hour (FUZZ_SECONDS=60 make fuzz; SEED=17 replays)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-3600} node_modules/.bin/vitest run --project unit test/fuzz test/probes/any-bytes.test.ts

soak: build ## a pair of directors, tormented for an hour while a client asks (SECONDS=600, ROUNDS=20; SEED=17 ROUND=3 ROUNDS=1 replays a round)
	@scripts/ensure-packages.sh ip nginx curl ping prlimit bash nft || true
	@scripts/soak.sh

soak-table: build ## the same where the kernel has IPVS, so with the table (a lab kernel where the host has none)
	@scripts/ensure-packages.sh || true
	@scripts/soak.sh --table

bench-failover: build ## keepalived and this by turns, each failover measured (half an hour; OPTIONS='--runs 1')
	@scripts/ensure-packages.sh ip keepalived sysctl
	@scripts/bench-failover.sh $(OPTIONS)

bench-scale: build ## 200 virtual routers at 100 ms adverts in one process: what goes out, how late (OPTIONS='--seconds 15'); many addresses beside keepalived (OPTIONS='--addresses 250,4000')
	@scripts/ensure-packages.sh ip sysctl
	@scripts/bench-vrrp-scale.sh $(OPTIONS)

bench-flood: build ## adverts of strangers, 10,000 a second: what they cost the VRRP process (OPTIONS='--rate 50000')
	@scripts/ensure-packages.sh ip sysctl
	@scripts/bench-vrrp-flood.sh $(OPTIONS)

bench-metrics: build ## 10,000 servers, left alone and scraped by turns: how late adverts and checks are (OPTIONS='--servers 1000')
	@scripts/ensure-packages.sh ip nginx curl sysctl
	@scripts/bench-metrics.sh $(OPTIONS)

bench-rest: build ## wake-ups and processor time of a director with little to do, beside keepalived (OPTIONS='--servers 20')
	@scripts/ensure-packages.sh ip keepalived cc sysctl
	@scripts/bench-rest.sh $(OPTIONS)

bench-start: build ## exec to the first advert and memory at rest beside keepalived, a command beside node -e 0 (OPTIONS='--runs 1')
	@scripts/ensure-packages.sh ip keepalived sysctl
	@scripts/bench-start.sh $(OPTIONS)

bench-ipvs: build ## a table of 11,000 entries beside keepalived and ipvsadm (OPTIONS='--runs 1 --growth')
	@scripts/ensure-packages.sh
	@scripts/bench-ipvs.sh $(OPTIONS)

bench-health: build ## keepalived, ldirectord and this by turns: health checks a processor makes, and how late (OPTIONS='--runs 1')
	@scripts/ensure-packages.sh ip keepalived ldirectord nginx tcpdump curl cc sysctl || true
	@scripts/bench-health.sh $(OPTIONS)

bench-health-table: build ## how long dead servers stay in the kernel's table (a kernel with IPVS, or user-mode Linux)
	@scripts/ensure-packages.sh
	@scripts/ensure-packages.sh ldirectord tcpdump || true
	@scripts/bench-health.sh --table --load 20 --seconds 5 --deaths 20 $(OPTIONS)

install: build ## onto this machine (DESTDIR and PREFIX are heeded); starts nothing
	@scripts/install.sh

deb: build ## dist-packages/lvs-director_*.deb: with a Node of its own, and for the distribution's nodejs (docs/install.md)
	@scripts/ensure-packages.sh dpkg-deb strip
	@node scripts/package.mjs deb
	@node scripts/package.mjs deb-nodejs

rpm: build ## dist-packages/lvs-director-*.rpm: the same for rpm, by rpmbuild
	@scripts/ensure-packages.sh rpmbuild strip
	@node scripts/package.mjs rpm
	@node scripts/package.mjs rpm-nodejs

npm-package: build ## dist-packages/lvs-director-*.tgz: for npm, whole in itself (npm install -g --ignore-scripts FILE)
	@node scripts/package.mjs npm

lint: modules ## style, types, and the licences of what is shipped
	node_modules/.bin/biome check .
	node_modules/.bin/tsc -p tsconfig.json
	node scripts/check-licenses.mjs

audit: modules ## known faults of the versions in package-lock.json, by a registry that answers that (NPM_CONFIG_REGISTRY=...)
	@npm audit || { echo 'Not audited, or with findings: where the words above are of an endpoint, this registry does not answer' >&2; exit 1; }

format: modules ## puts the sources into form
	node_modules/.bin/biome check --write .

clean: ## what was built and measured
	rm -rf dist dist-packages .lab

modules:
	@scripts/ensure-modules.sh

.PHONY: help build install test test-systemd test-machine test-matrix fuzz soak soak-table sim demo bench-failover bench-scale bench-flood bench-metrics bench-rest bench-start bench-ipvs deb rpm npm-package lint audit format clean modules

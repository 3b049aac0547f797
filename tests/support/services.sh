#!/usr/bin/env bash
# The programs that the tests start beside Python. Each is taken as it is found; what is missing is
# installed by apt when we are root, else named. Under CI=true a missing one is a failure.
set -u

missing=()
have() { command -v "$1" >/dev/null 2>&1; }
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || have initdb || [ -n "${GATEWAY_TEST_POSTGRES_URL:-}" ] || missing+=(postgresql)
have redis-server || [ -n "${GATEWAY_TEST_REDIS_URL:-}" ] || missing+=(redis-server)
have mariadbd || [ -x /usr/sbin/mariadbd ] || missing+=(mariadb-server)
have chromium || have google-chrome || missing+=(chromium)
have php || missing+=(php-cli)
have nginx || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && have apt-get; then
  echo "installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null && exit 0
fi
echo "not installed, so their tests are skipped: ${missing[*]}" >&2
echo "  apt-get install ${missing[*]}" >&2
[ "${CI:-}" = true ] && exit 1
exit 0

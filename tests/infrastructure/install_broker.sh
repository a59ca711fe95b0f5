#!/bin/sh
# Makes sure that the tests find a RabbitMQ: does nothing where there is one, else installs Debian's package.
set -eu

image=${PEIYU_TEST_RABBITMQ_IMAGE:-rabbitmq:4-management}

installed() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null 2>&1
}

docker_has_one() {
    command -v docker >/dev/null 2>&1 && docker version >/dev/null 2>&1 || return 1
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null 2>&1
}

if [ -n "${PEIYU_TEST_AMQP_URL:-}" ] || installed || docker_has_one; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need a RabbitMQ: set PEIYU_TEST_AMQP_URL, or install rabbitmq-server or Docker." >&2
    exit 1
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need a RabbitMQ. Run once:  sudo apt-get install --no-install-recommends rabbitmq-server" >&2
    exit 1
fi

# The tests start nodes of their own: the package must not start the system's.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends rabbitmq-server

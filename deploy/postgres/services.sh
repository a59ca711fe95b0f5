#!/bin/sh
# At the first start of the server: a role and a database for every service, which no other service can connect to.
# A service's password stands in its database URL, in the secret of that name; letters and digits only.
set -e
secrets=${PEIYU_SECRETS_DIR:-/run/secrets}
sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres "$@"; }

for service in profile changes reviews notifier; do
    password=$(sed -n 's|^[^:]*://[^:]*:\([A-Za-z0-9]*\)@.*|\1|p' "$secrets/${service}_database_url")
    [ -n "$password" ] || { echo "$secrets/${service}_database_url has no password of letters and digits" >&2; exit 1; }
    sql --set service="$service" --set password="$password" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"service" OWNER :"service" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
sql --command 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'

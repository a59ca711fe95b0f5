#!/bin/sh
# Starts Envoy. Where OTEL_EXPORTER_OTLP_ENDPOINT names a collector, http://HOST:PORT, the gateway's spans go there too.
set -e
endpoint=${OTEL_EXPORTER_OTLP_ENDPOINT%/}
case $endpoint in
"") tracing= ;;
http://*:*)
    address=${endpoint#http://} address=${address%%/*}
    tracing=$(sed "s|ENDPOINT|$endpoint|; s|HOST|${address%:*}|; s|PORT|${address##*:}|" "${0%/*}/tracing.yaml") ;;
*) echo "the gateway sends no spans: OTEL_EXPORTER_OTLP_ENDPOINT is not http://HOST:PORT" >&2; tracing= ;;
esac
exec envoy -c "${0%/*}/envoy.yaml" --config-yaml "$tracing" "$@"

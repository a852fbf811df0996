#!/bin/bash
# Run once by the InfluxDB image when it has set itself up (/docker-entrypoint-initdb.d): makes the second bucket, as
# Lantern would, and a user that may read the two and nothing else. Grafana signs in as that user: whoever may look
# at a dashboard may send queries of their own through Grafana, and with Lantern's token those could delete.
set -euo pipefail

rolled_up=$(influx bucket create --org "$DOCKER_INFLUXDB_INIT_ORG" --name "${DOCKER_INFLUXDB_INIT_BUCKET}_5m" \
  --retention 0 --hide-headers | cut -f 1)
influx v1 auth create --org "$DOCKER_INFLUXDB_INIT_ORG" --description 'Grafana, reads only' \
  --username "$READER_NAME" --password "$READER_PASSWORD" \
  --read-bucket "$DOCKER_INFLUXDB_INIT_BUCKET_ID" --read-bucket "$rolled_up"

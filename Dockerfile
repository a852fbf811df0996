# One image for the city and for its simulated devices: docker-compose.yml runs lantern.ts and simulators/main.ts
# from it. The folders below are all that these and the commands need; tests/compose.image.test.ts holds that true.
# DuckDB's binding needs glibc, so not Alpine. Node's version is that of package.json.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# The console's page is made here, so that the image needs neither its bundler nor its sources.
FROM node:24.21.0-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY model ./model
COPY dashboards/console ./dashboards/console
RUN node dashboards/console/main.ts

FROM node:24.21.0-bookworm-slim
WORKDIR /app
# Volumes take their owner from the folder that they are first mounted on.
RUN install -d -o node -g node -m 0700 /data /keys
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=page /app/dashboards/console/dist ./dashboards/console/dist
COPY package.json *.ts ./
COPY model ./model
COPY stores ./stores
COPY broker ./broker
COPY ingest ./ingest
COPY alerts ./alerts
COPY api ./api
COPY city ./city
COPY simulators ./simulators
COPY docker ./docker
COPY dashboards/console/build.ts dashboards/console/main.ts ./dashboards/console/
ENV NODE_ENV=production \
    LANTERN_DATA_DIR=/data \
    LANTERN_MQTT_HOST=0.0.0.0 \
    LANTERN_HTTP_HOST=0.0.0.0
USER node
EXPOSE 8080 1883
# Alive, not ready: while InfluxDB is away Lantern takes readings all the same, and a restart would mend nothing.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "lantern.ts"]

# Parley's image. `npm run container:rehearse` does these steps without a container engine.
FROM node:22.23.2-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Nothing that compiles needs an install script. npm 10 of this image would run every one, npm 11 those in `allowScripts`.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run --silent build && rm dist/.sources.json dist/program/.made-of

FROM node:22.23.2-bookworm-slim AS dependencies
# "no" leaves the embedded PostgreSQL out (60 MB): for an image that is only ever started with DATABASE_URL.
ARG EMBEDDED_POSTGRES=yes
WORKDIR /app
COPY package.json package-lock.json scripts/container-postgres.mjs ./
# Not --omit=optional: the password hash's native code is an optional dependency too.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && node container-postgres.mjs "$EMBEDDED_POSTGRES"

FROM node:22.23.2-bookworm-slim AS runtime
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY package.json scripts/container-health.mjs ./
# What checks an export or a proof; it needs nothing of all this.
COPY tools/parley-verify.mjs ./tools/
# PostgreSQL and the keys without DATABASE_URL; unused with it.
RUN install -d -o 1000 -g 1000 -m 0700 /data
VOLUME /data
# The image's user "node", by number so that an orchestrator can see that it isn't root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive, not ready: an orchestrator restarts what is unhealthy, and a restart mends no database that is gone.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "container-health.mjs", "live"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/program/main.js"]

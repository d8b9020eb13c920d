// A test tool: the software that Bluesky runs, from @atproto/dev-env, all in one process. It writes its server's address as
// a line once everything is ready, and ends with its standard input.
const { TestNetwork } = require("@atproto/dev-env");

TestNetwork.create({
  dbPostgresUrl: process.env.POSTGRES,
  dbPostgresSchema: "network",
  pds: { rateLimitsEnabled: true },
}).then((network) => {
  console.log(network.pds.url);
  process.stdin.on("end", () => process.exit()).resume();
});

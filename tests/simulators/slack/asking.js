// A test tool: a small survey with @slack/bolt for JavaScript, by Socket Mode, facing the played Slack.
const { App } = require("@slack/bolt");

const button = (n) => ({ type: "button", action_id: `score.${n}`, value: `${n}`, text: { type: "plain_text", text: `${n}` } });
const question = [
  { type: "section", text: { type: "plain_text", text: "How was it?" } },
  { type: "actions", elements: [button(1), button(2)] },
];
const app = new App({
  token: process.env.TOKEN,
  appToken: process.env.APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API },
});

app.event("message", async ({ event, say }) => {
  // Edits are events of their own, this app's among them.
  if (!event.subtype) await say({ text: "How was it?", blocks: question });
});
app.action("score.2", async ({ ack, body, client }) => {
  await ack();
  await client.chat.update({ channel: body.container.channel_id, ts: body.container.message_ts, text: "You said 2.", blocks: [] });
  await client.views.open({
    trigger_id: body.trigger_id,
    view: { type: "modal", title: { type: "plain_text", text: "Why?" }, blocks: question },
  });
});
app.start();

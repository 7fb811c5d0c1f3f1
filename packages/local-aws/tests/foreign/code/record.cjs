const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient();

/** Stores what called it: an event of a rule under its detail's id, or the input of a schedule. */
async function store(event) {
  const item = { id: { S: `recorded#${event.detail?.id ?? event.id}` } };
  await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: item }));
}

exports.handlers = { store };
